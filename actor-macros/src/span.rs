//! Layer 0: the span policy, in one place; it must not build items.
//!
//! - Every token of an address method has the span of the handler's name. Editors then navigate
//!   from `address.add` to `fn add`, and renaming one renames the other. A single token with
//!   another span prevents this, including the text of a generated doc comment.
//! - All other tokens written by the macro are [`hidden`].
//! - An identifier of the user that is reused keeps its hygiene and its edition, and only moves
//!   ([`moved`]): a name such as `gen` is a keyword in the edition of this crate.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// Returns the span of a token to which no editor should navigate.
pub(crate) fn hidden() -> Span {
    Span::call_site()
}

/// Returns the span of code that belongs to the macro, but whose errors point at `place`.
pub(crate) fn hidden_at(place: Span) -> Span {
    Span::call_site().located_at(place)
}

/// Returns the same identifier with another location.
pub(crate) fn moved(ident: &Ident, place: Span) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(ident.span().located_at(place));
    ident
}

/// Returns an identifier of the macro, resolved as if written by the user at `place`.
pub(crate) fn on(ident: &Ident, place: Span) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(place);
    ident
}

/// Returns the same tokens with another location.
pub(crate) fn moved_all(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut tree| {
            if let TokenTree::Group(group) = &tree {
                let inner = moved_all(group.stream(), place);
                let mut copy = Group::new(group.delimiter(), inner);
                copy.set_span(group.span().located_at(place));
                return TokenTree::Group(copy);
            }
            tree.set_span(tree.span().located_at(place));
            tree
        })
        .collect()
}

/// Returns the span of the last token, or [`hidden`] if there is none.
pub(crate) fn last(tokens: impl ToTokens) -> Span {
    tokens.into_token_stream().into_iter().last().map_or_else(hidden, |tree| tree.span())
}

/// Returns the span of the first token, or [`hidden`] if there is none.
pub(crate) fn first(tokens: impl ToTokens) -> Span {
    tokens.into_token_stream().into_iter().next().map_or_else(hidden, |tree| tree.span())
}
