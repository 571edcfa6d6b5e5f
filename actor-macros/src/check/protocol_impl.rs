//! Layer 3: the impl of a protocol's trait for an actor.
//!
//! It must not check signatures: the trait defines the messages.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Ident, PatType, Path, Type};

use super::attrs::{self, HelperAttr};
use super::{
    args, block, callback, check_no_async_trait, check_once, has_lifetimes, message_options,
    method, owned, parameters, settings,
};
use crate::errors::Errors;
use crate::model::{ConfiguredMethod, ProtocolImpl};
use crate::names;
use crate::options::RawOption;
use crate::syntax::{BlockItem, Function, Member};

/// Traits of the standard library, which are certainly not protocols.
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

/// Reads the impl of a trait. Returns `None` if it cannot be used.
pub(crate) fn check_protocol_impl(
    options: TokenStream,
    item: &BlockItem,
    of_trait: &TokenStream,
    errors: &mut Errors,
) -> Option<ProtocolImpl> {
    // Whether the actor is local is decided by its own block.
    let settings::BlockOptions { crate_path, remote, local: _ } =
        settings::of_block(options, errors);
    if let Some(remote) = remote {
        let text = "`remote` belongs to the trait, which has the messages; write `#[actor(remote)]` \
                    there, and remove it here";
        errors.push(remote.key, text);
    }
    check_once(&item.attrs, errors);
    check_no_async_trait(&item.attrs, &item.members, errors);
    let protocol_address = check_trait_path(of_trait, errors);
    let header = block::check_header(item, errors);
    let actor = item.ty.to_token_stream();
    let (configured, with_settings) = check_members(item, &actor, errors);
    let borrows = has_lifetimes(&item.generics) || owned::names_lifetime(actor.clone());
    let ((name, address), path) = (header?, protocol_address?);
    let ident = path.segments.last()?.ident.clone();
    let generics = block::without_self(&item.generics, &actor);
    let missing = parameters::missing_in_protocol_impl(&generics, &item.members);
    (!borrows).then(|| ProtocolImpl {
        crate_path,
        forwarded: block::forwarded(&item.attrs),
        generics: parameters::completed(generics, missing.as_ref()),
        missing,
        protocol_address: block::address(&path),
        ident,
        name,
        actor,
        address,
        configured,
        with_settings,
    })
}

/// Checks that the trait is a protocol, as far as its name shows.
fn check_trait_path(of_trait: &TokenStream, errors: &mut Errors) -> Option<Path> {
    let path = syn::parse2::<Path>(of_trait.clone());
    let Some(last) = path.as_ref().ok().and_then(|path| path.segments.last()) else {
        errors.push(
            of_trait,
            "a protocol is a trait with `#[actor]`; write `impl Greeter for Robot`",
        );
        return None;
    };
    let name = names::unraw(&last.ident);
    if FOREIGN.contains(&name.as_str()) {
        let text = format!(
            "`{name}` of the standard library is not an actor protocol; remove `#[actor]` here"
        );
        errors.push(&last.ident, text);
        return None;
    }
    path.ok()
}

/// Checks the members. Hooks belong to the actor's own block. The trait defines the arguments, so
/// they are checked again only if a guard names them.
fn check_members(
    item: &BlockItem,
    actor: &TokenStream,
    errors: &mut Errors,
) -> (Vec<ConfiguredMethod>, Vec<(Vec<Attribute>, Ident)>) {
    let (mut configured, mut with_settings) = (Vec::new(), Vec::new());
    for member in &item.members {
        match member {
            Member::Function(function) => {
                match attrs::read(&function.attrs, errors) {
                    HelperAttr::Hook(_, word) => {
                        let text = format!(
                            "`#[{word}]` belongs to the actor; move the method to its `#[actor] impl`"
                        );
                        errors.push(&function.signature.ident, text);
                        block::check_no_data(function, errors);
                    }
                    HelperAttr::Message(entries) if !entries.is_empty() => {
                        if !entries.iter().any(|entry| entry.is("when")) {
                            block::check_no_data(function, errors);
                        }
                        let cfgs = function.attrs.iter().filter(|attr| attrs::is_cfg(attr));
                        with_settings
                            .push((cfgs.cloned().collect(), function.signature.ident.clone()));
                        configured.extend(check_settings(function, entries, actor, errors));
                    }
                    HelperAttr::Message(_) | HelperAttr::None | HelperAttr::Skip => {
                        block::check_no_data(function, errors);
                    }
                }
                callback::check(function, errors);
            }
            Member::Broken { error, .. } => errors.push_syntax(error),
            Member::Other(_) => {}
        }
    }
    (configured, with_settings)
}

/// Checks the settings of a message, which the actor chooses, except `concurrent`.
fn check_settings(
    function: &Function,
    entries: Vec<RawOption>,
    actor: &TokenStream,
    errors: &mut Errors,
) -> Option<ConfiguredMethod> {
    // If the method does not match the trait, the compiler reports it, which is sufficient.
    let method = function.as_method()?;
    let (own, entries): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| entry.is("concurrent"));
    own.iter().for_each(|entry| check_not_own(entry, errors));
    let (of_trait, entries): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| entry.is("last") || entry.is("version"));
    of_trait.iter().for_each(|entry| check_not_of_trait(entry, errors));
    // Errors in an argument or receiver are reported at the trait.
    let mut unsaid = Errors::new();
    let args = args::check(&function.signature, actor, &mut unsaid);
    let receiver = method::check_receiver(method, actor, "a message", &mut unsaid);
    drop(unsaid.into_diagnostics());
    let mut options = message_options::check(method, &entries, receiver, &args.list, errors);
    if !has_plain_types(function) {
        options.guard = None;
    }
    Some(ConfiguredMethod {
        attrs: attrs::forward(&function.attrs),
        name: function.signature.ident.clone(),
        options,
    })
}

/// Reports a setting that the trait defines: which message is the last one, and the version of
/// each.
fn check_not_of_trait(setting: &RawOption, errors: &mut Errors) {
    let text = match setting.is("last") {
        true => {
            "the trait says which message is the last one; write `last` there, and remove it here"
        }
        false => {
            "the trait says the version of a message; write `version` there, and remove it here"
        }
    };
    errors.push(&setting.key, text);
}

/// Returns whether the types of the arguments can be written elsewhere, as for a message.
fn has_plain_types(function: &Function) -> bool {
    let is_impl = |arg: &PatType| matches!(owned::bare(&arg.ty), Type::ImplTrait(_));
    function.signature.generics.params.is_empty() && !args::typed(&function.signature).any(is_impl)
}

/// Reports `concurrent` on a protocol message: concurrent handlers share the state, which the run
/// loop supports only for an actor's own messages.
pub(super) fn check_not_own(setting: &RawOption, errors: &mut Errors) {
    let key = &setting.key;
    let text = format!(
        "`{key}` is for an actor's own messages; have this one send such a message, or remove it"
    );
    errors.push(key, text);
}
