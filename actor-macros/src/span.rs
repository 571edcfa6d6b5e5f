//! Layer 0: the span policy, in one place; it must not build any item.
//!
//! - Every token of an address method wears the span of the handler's name. Then an editor takes
//!   `address.add` to `fn add`, and renaming the one renames the other; a single token with
//!   another span undoes it, the text of a generated doc comment included.
//! - Everything else that is written by the macro is [`hidden`].
//! - An identifier of the user that is used a second time keeps its hygiene and its edition, and
//!   only moves ([`moved`]): a name such as `gen` is a keyword in the edition of this crate.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The span of a token that no reader shall be led to.
pub(crate) fn hidden() -> Span {
    Span::call_site()
}

/// The span for code that stays the macro's own, but whose errors shall point at `place`.
pub(crate) fn hidden_at(place: Span) -> Span {
    Span::call_site().located_at(place)
}

/// The same identifier, seen at another place.
pub(crate) fn moved(ident: &Ident, place: Span) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(ident.span().located_at(place));
    ident
}

/// An identifier of the macro, spoken by the user at `place`.
pub(crate) fn on(ident: &Ident, place: Span) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(place);
    ident
}

/// The same tokens, seen at another place.
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

/// The span of the last token, or [`hidden`] where there is none.
pub(crate) fn last(tokens: impl ToTokens) -> Span {
    tokens.into_token_stream().into_iter().last().map_or_else(hidden, |tree| tree.span())
}

/// The span of the first token, or [`hidden`] where there is none.
pub(crate) fn first(tokens: impl ToTokens) -> Span {
    tokens.into_token_stream().into_iter().next().map_or_else(hidden, |tree| tree.span())
}
