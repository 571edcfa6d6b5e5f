//! Floor 5: `#[actor]` from its tokens to its output.
//!
//! It must not lose the item: whatever is wrong, the item comes first in the output.

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::{Errors, Fault};
use crate::syntax::{self, Item};
use crate::text::text;
use crate::{check, expand};

pub(crate) fn expand_actor(options: TokenStream, item: TokenStream) -> (TokenStream, Vec<Fault>) {
    let mut errors = Errors::new();
    let tokens = match syntax::parse(item) {
        Item::Type(item) => {
            let actor = check::check_type(options, &item, &mut errors);
            let (written, made) = (&item.tokens, expand::expand_type(&actor));
            quote!(#written #made)
        }
        Item::Block(item) => {
            let protocol = check::check_block(options, &item, &mut errors);
            let written = item.as_written();
            let made = protocol.map(|protocol| expand::expand_protocol(&protocol));
            quote!(#written #made)
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

/// `#[actor]` goes on a struct, an enum or their inherent `impl` block.
fn misplaced(what: &TokenStream) -> String {
    let right = "`#[actor]` goes on a struct, an enum or their inherent `impl` block";
    match text(what).split(' ').next_back() {
        Some("union") => format!("a union cannot be an actor; write a struct ({right})"),
        Some("trait") => format!("a trait cannot be an actor; {right}"),
        Some("fn") => format!("a function cannot be an actor; {right}"),
        Some("mod") => format!("a module cannot be an actor; {right}"),
        _ => format!("this cannot be an actor; {right}"),
    }
}
