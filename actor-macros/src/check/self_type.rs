//! Layer 3: finds and replaces `Self`, because a signature is reused where `Self` is another type.
//!
//! It must not inspect bodies.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote_spanned;

use crate::span;
use crate::token_cursor::TokenCursor;

// Input:  Vec<Self>, <Self as Trait>::Item, [u8; Self::SIZE]
// Output: Vec<Counter>, <Counter as Trait>::Item, [u8; <Counter>::SIZE]
pub(super) fn replace(tokens: TokenStream, actor: &TokenStream) -> TokenStream {
    let mut cursor = TokenCursor::new(tokens);
    let mut out = TokenStream::new();
    while let Some(tree) = cursor.next() {
        match tree {
            TokenTree::Ident(word) if word == "Self" => {
                let actor = span::moved_all(actor.clone(), word.span());
                if cursor.is_punct(0, ':') && cursor.is_punct(1, ':') {
                    out.extend(quote_spanned!(word.span()=> <#actor>));
                } else {
                    out.extend(actor);
                }
            }
            TokenTree::Group(group) => {
                let mut copy = Group::new(group.delimiter(), replace(group.stream(), actor));
                copy.set_span(group.span());
                out.extend([TokenTree::Group(copy)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// Returns the first `Self`.
pub(super) fn find(tokens: TokenStream) -> Option<TokenTree> {
    tokens.into_iter().find_map(|tree| match &tree {
        TokenTree::Ident(word) if word == "Self" => Some(tree),
        TokenTree::Group(group) => find(group.stream()),
        _ => None,
    })
}
