//! Floor 3: the impl of a protocol's trait for an actor.
//!
//! It must not look into a signature: the trait has said what the messages are.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Path;

use super::marks::{self, Mark};
use super::{block, check_once, has_lifetimes, owned, settings};
use crate::errors::Errors;
use crate::model::Service;
use crate::names;
use crate::options::Entry;
use crate::syntax::{BlockItem, Member};

/// Traits of the standard library, which are surely no protocols.
const FOREIGN: &[&str] = &[
    "Add",
    "AsMut",
    "AsRef",
    "Binary",
    "Borrow",
    "BorrowMut",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deref",
    "DerefMut",
    "Display",
    "Drop",
    "Eq",
    "Error",
    "Extend",
    "From",
    "FromIterator",
    "FromStr",
    "Future",
    "Hash",
    "Index",
    "IndexMut",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "Mul",
    "Neg",
    "Not",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Read",
    "Send",
    "Sub",
    "Sync",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Write",
];

/// Reads the impl of a trait; gives nothing where nothing can be made of it.
pub(crate) fn check_service(
    options: TokenStream,
    item: &BlockItem,
    of_trait: &TokenStream,
    errors: &mut Errors,
) -> Option<Service> {
    let (krate, _) = settings::of_block(options, errors);
    check_once(&item.attrs, errors);
    let served = check_trait_path(of_trait, errors);
    let header = block::check_header(item, errors);
    check_members(item, errors);
    let actor = item.ty.to_token_stream();
    let borrows = has_lifetimes(&item.generics) || owned::names_lifetime(actor.clone());
    let ((_, address), path) = (header?, served?);
    let ident = path.segments.last()?.ident.clone();
    (!borrows).then(|| Service {
        krate,
        carried: block::carried(&item.attrs),
        generics: block::without_self(&item.generics, &actor),
        served: block::address(&path),
        ident,
        actor,
        address,
    })
}

/// The trait is a protocol, as far as its name tells.
fn check_trait_path(of_trait: &TokenStream, errors: &mut Errors) -> Option<Path> {
    let path = syn::parse2::<Path>(of_trait.clone());
    let Some(last) = path.as_ref().ok().and_then(|path| path.segments.last()) else {
        errors.push(
            of_trait,
            "a protocol is a trait with `#[actor]`; write `impl Greeter for Robot`",
        );
        return None;
    };
    let name = names::plain(&last.ident);
    if FOREIGN.contains(&name.as_str()) {
        let text = format!("`{name}` is not an actor protocol; put `#[actor]` on the trait");
        errors.push(&last.ident, text);
        return None;
    }
    path.ok()
}

/// Hooks belong to the actor's own block, and what an argument is has been said in the trait.
fn check_members(item: &BlockItem, errors: &mut Errors) {
    for member in &item.members {
        match member {
            Member::Function(function) => {
                let name = &function.signature.ident;
                match marks::read(&function.attrs, errors) {
                    Mark::Hook(_, word) => {
                        let text = format!(
                            "`#[{word}]` belongs to the actor; move the method to its `#[actor] impl`"
                        );
                        errors.push(name, text);
                    }
                    Mark::Message(settings) => check_no_settings(&settings, errors),
                    Mark::None | Mark::Skip => {}
                }
                block::check_no_data(function, errors);
            }
            Member::Broken { error, .. } => errors.push_syntax(error),
            Member::Other(_) => {}
        }
    }
}

/// Messages of protocols wait in the usual way.
fn check_no_settings(settings: &[Entry], errors: &mut Errors) {
    for setting in settings {
        let key = &setting.key;
        let text = format!(
            "`{key}` is for an actor's own messages; have this one send such a message, or remove it"
        );
        errors.push(key, text);
    }
}
