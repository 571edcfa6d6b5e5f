//! Layer 5: `#[actor]` from its tokens to its output.
//!
//! It must not lose the item, which comes first in the output, even after an error.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::display::display_tokens;
use crate::errors::{Diagnostic, Errors};
use crate::model::TraitHalf;
use crate::syntax::{self, BlockItem, Item};
use crate::{check, expand, span};

pub(crate) fn expand_actor(
    options: TokenStream,
    item: TokenStream,
) -> (TokenStream, Vec<Diagnostic>) {
    let mut errors = Errors::new();
    let tokens = match syntax::parse(item) {
        Item::Type(item) => {
            let actor = check::check_type(options, &item, &mut errors);
            let (written, made) = (&item.tokens, expand::expand_type(&actor));
            quote!(#written #made)
        }
        Item::Block(item) => expand_block(options, &item, &mut errors),
        Item::Trait(mut item) => {
            let half = check::check_trait(options, &mut item, &mut errors);
            let crate_path = half.as_ref().and_then(|half| half.protocol.crate_path.as_ref());
            let crate_path = expand::crate_path(crate_path, span::hidden());
            let bound = quote!(Self: #crate_path::__private::Dispatch);
            let suggestions = item.has_near_helper().then(|| expand::suggestions(&crate_path));
            let written = item.into_written(&bound);
            // The `Send` bound of a handler's future is proved on each actor.
            let is_async = half.as_ref().is_some_and(TraitHalf::is_async);
            let allow_async = is_async.then(|| quote!(#[allow(async_fn_in_trait)]));
            let made = half.map(|half| expand::expand_trait(&half));
            quote!(#allow_async #written #made #suggestions)
        }
        Item::Other { head, tokens } => {
            let place = if head.is_empty() { &tokens } else { &head };
            errors.push(place, misplaced(&head));
            tokens
        }
        Item::Broken { error, tokens } => {
            errors.push_syntax(&error);
            tokens
        }
    };
    (tokens, errors.into_diagnostics())
}

fn expand_block(options: TokenStream, item: &BlockItem, errors: &mut Errors) -> TokenStream {
    let checked = match &item.of_trait {
        None => check::check_block(options, item, errors)
            .map(|it| (expand::expand_protocol(&it), it.missing, it.crate_path)),
        Some(of_trait) => check::check_protocol_impl(options, item, of_trait, errors)
            .map(|it| (expand::expand_protocol_impl(&it), it.missing, it.crate_path)),
    };
    let (made, missing, crate_path) = checked.unwrap_or_default();
    let crate_path = expand::crate_path(crate_path.as_ref(), span::hidden());
    let assumed = missing.map(|missing| expand::assumed(&missing, &crate_path));
    let suggestions = item.has_near_helper().then(|| expand::suggestions(&crate_path));
    let written = item.as_written(assumed.as_ref());
    quote!(#written #made #suggestions)
}

/// Returns the error text for an item that is not a struct, an enum, an `impl` block or a trait.
fn misplaced(head: &TokenStream) -> String {
    let right = "`#[actor]` goes on a struct, an enum, an `impl` block or a trait";
    match display_tokens(head).split(' ').next_back() {
        Some("union") => format!("a union cannot be an actor; write a struct ({right})"),
        Some("fn") => format!("a function cannot be an actor; {right}"),
        Some("mod") => format!("a module cannot be an actor; {right}"),
        _ => format!("this cannot be an actor; {right}"),
    }
}

/// Reports a helper attribute outside of a block with `#[actor]`, which would have removed it.
pub(crate) fn reject_helper(name: &str, item: TokenStream) -> (TokenStream, Vec<Diagnostic>) {
    let mut errors = Errors::new();
    let text =
        format!("`#[{name}]` belongs to a method of an actor; write `#[actor]` on the `impl`");
    errors.push(TokenStream::new(), text);
    (item, errors.into_diagnostics())
}

/// Returns the path with the span of an expansion at its last name.
pub(crate) fn expanded_path(path: TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = path.into_iter().collect();
    let ends = |it: &TokenTree| matches!(it, TokenTree::Punct(it) if it.as_char() == '<');
    let end = trees.iter().position(ends).unwrap_or(trees.len());
    if let Some(name) = end.checked_sub(1).and_then(|last| trees.get_mut(last)) {
        name.set_span(span::hidden_at(name.span()));
    }
    trees.into_iter().collect()
}
