//! Layer 5: `#[actor]` from its tokens to its output.
//!
//! It must not lose the item: it comes first in the output, even after an error.

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::{Errors, Fault};
use crate::model::TraitHalf;
use crate::syntax::{self, Item};
use crate::text::text;
use crate::{check, expand, span};

pub(crate) fn expand_actor(options: TokenStream, item: TokenStream) -> (TokenStream, Vec<Fault>) {
    let mut errors = Errors::new();
    let tokens = match syntax::parse(item) {
        Item::Type(item) => {
            let actor = check::check_type(options, &item, &mut errors);
            let (written, made) = (&item.tokens, expand::expand_type(&actor));
            quote!(#written #made)
        }
        Item::Block(item) => {
            let made = match &item.of_trait {
                None => {
                    let protocol = check::check_block(options, &item, &mut errors);
                    protocol.as_ref().map(expand::expand_protocol)
                }
                Some(of_trait) => {
                    let service = check::check_service(options, &item, of_trait, &mut errors);
                    service.as_ref().map(expand::expand_service)
                }
            };
            let written = item.as_written();
            quote!(#written #made)
        }
        Item::Trait(mut item) => {
            let half = check::check_trait(options, &mut item, &mut errors);
            let krate = half.as_ref().and_then(|half| half.protocol.krate.as_ref());
            let krate = expand::krate(krate, span::hidden());
            let clause = quote!(where Self: #krate::__private::Dispatch);
            let written = item.into_written(&clause);
            // The `Send` bound of a handler's future is proved on each actor.
            let is_async = half.as_ref().is_some_and(TraitHalf::is_async);
            let quiet = is_async.then(|| quote!(#[allow(async_fn_in_trait)]));
            let made = half.map(|half| expand::expand_trait(&half));
            quote!(#quiet #written #made)
        }
        Item::Other { what, tokens } => {
            let place = if what.is_empty() { &tokens } else { &what };
            errors.push(place, misplaced(&what));
            tokens
        }
        Item::Broken { error, tokens } => {
            errors.push_syntax(&error);
            tokens
        }
    };
    (tokens, errors.into_faults())
}

/// `#[actor]` applies to a struct, an enum, an `impl` block or a trait.
fn misplaced(what: &TokenStream) -> String {
    let right = "`#[actor]` goes on a struct, an enum, an `impl` block or a trait";
    match text(what).split(' ').next_back() {
        Some("union") => format!("a union cannot be an actor; write a struct ({right})"),
        Some("fn") => format!("a function cannot be an actor; {right}"),
        Some("mod") => format!("a module cannot be an actor; {right}"),
        _ => format!("this cannot be an actor; {right}"),
    }
}
