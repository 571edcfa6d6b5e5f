//! Layer 3: from syntax to model; the only layer that creates semantic errors.
//!
//! It must not generate code. All rules are checked, even after an error.

mod args;
mod attrs;
mod block;
mod callback;
mod hook;
mod message_options;
mod method;
mod owned;
mod parameters;
mod protocol_impl;
mod remote;
mod replies;
mod reply;
mod self_type;
mod send_form;
mod settings;
mod test_options;
mod trait_half;

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, GenericParam, Generics};

pub(crate) use block::check_block;
pub(crate) use protocol_impl::check_protocol_impl;
pub(crate) use settings::crate_path;
pub(crate) use test_options::test_options;
pub(crate) use trait_half::check_trait;

use crate::display::display_tokens;
use crate::errors::Errors;
use crate::model::ActorType;
use crate::names;
use crate::syntax::{Function, Member, TypeItem, is_actor, is_async_trait};

/// Reads the struct half.
pub(crate) fn check_type(options: TokenStream, item: &TypeItem, errors: &mut Errors) -> ActorType {
    let (crate_path, settings) = settings::of_type(options, &item.ident, errors);
    check_once(&item.attrs, errors);
    let rule = "an actor owns its state and has no lifetimes; use owned types, or `'static`";
    check_lifetimes(&item.generics, rule, errors);
    let name = names::unraw(&item.ident);
    let span = item.ident.span();
    ActorType {
        crate_path,
        cfgs: item.attrs.iter().filter(|attr| attrs::is_cfg(attr)).cloned().collect(),
        forwarded: item.attrs.iter().filter(|attr| attrs::is_for_address(attr)).cloned().collect(),
        deprecated: may_be_deprecated(&item.generics, &item.attrs),
        vis: item.vis.clone(),
        ident: item.ident.clone(),
        address: names::identifier(&format!("{name}Addr"), span),
        message: names::identifier(&format!("{name}Message"), span),
        doc_target: item.ident.clone(),
        generics: item.generics.clone(),
        settings,
    }
}

/// Returns whether the type, or a type in its generics, may be deprecated.
fn may_be_deprecated(generics: &Generics, attrs: &[Attribute]) -> bool {
    !generics.params.is_empty()
        || attrs.iter().any(|attr| display_tokens(attr).contains("deprecated"))
}

/// Checks that an item has only one `#[actor]`.
fn check_once(attrs: &[Attribute], errors: &mut Errors) {
    for attr in attrs.iter().filter(|attr| is_actor(attr)) {
        errors.push(attr, "duplicate `#[actor]`; remove this one");
    }
}

/// Checks that there is no `#[async_trait]`, which is not needed, whether it has already rewritten
/// the methods or not.
fn check_no_async_trait(attrs: &[Attribute], members: &[Member], errors: &mut Errors) {
    let text = "an `async fn` in an actor or a protocol needs no `#[async_trait]`; remove it";
    if let Some(attr) = attrs.iter().find(|attr| is_async_trait(attr)) {
        errors.push(attr, text);
    } else if let Some(rewritten) = members.iter().find_map(rewritten_name) {
        errors.push(rewritten, text);
    }
}

/// Returns the name of a function that `#[async_trait]` has rewritten. Such a function has the
/// lifetime `'async_trait`.
fn rewritten_name(member: &Member) -> Option<&Ident> {
    let Member::Function(function) = member else { return None };
    is_rewritten(function).then_some(&function.signature.ident)
}

/// Returns whether `#[async_trait]` has rewritten the function.
fn is_rewritten(function: &Function) -> bool {
    function.signature.generics.lifetimes().any(|it| it.lifetime.ident == "async_trait")
}

/// Checks that an actor or a message has no lifetimes, because neither can borrow.
fn check_lifetimes(generics: &Generics, text: &str, errors: &mut Errors) {
    for param in &generics.params {
        if let GenericParam::Lifetime(param) = param {
            errors.push(&param.lifetime, text);
        }
    }
}

/// Returns whether the generics contain a lifetime, which the struct half has reported.
fn has_lifetimes(generics: &Generics) -> bool {
    generics.params.iter().any(|param| matches!(param, GenericParam::Lifetime(_)))
}
