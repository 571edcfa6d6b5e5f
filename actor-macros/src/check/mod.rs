//! Layer 3: from syntax to model; the only layer that creates semantic errors.
//!
//! It must not generate code. All rules are checked, even after an error.

mod args;
mod block;
mod hook;
mod manner;
mod marks;
mod method;
mod owned;
mod reply;
mod selves;
mod service;
mod settings;
mod trait_half;
mod trial;

use proc_macro2::TokenStream;
use syn::{Attribute, GenericParam, Generics};

pub(crate) use block::check_block;
pub(crate) use service::check_service;
pub(crate) use settings::krate;
pub(crate) use trait_half::check_trait;
pub(crate) use trial::trial;

use crate::errors::Errors;
use crate::model::ActorType;
use crate::names;
use crate::syntax::{TypeItem, is_actor};
use crate::text::text;

/// Reads the struct half.
pub(crate) fn check_type(options: TokenStream, item: &TypeItem, errors: &mut Errors) -> ActorType {
    let (krate, settings) = settings::of_type(options, &item.ident, errors);
    check_once(&item.attrs, errors);
    let rule = "an actor owns its state and has no lifetimes; use owned types, or `'static`";
    check_lifetimes(&item.generics, rule, errors);
    let name = names::plain(&item.ident);
    let span = item.ident.span();
    ActorType {
        krate,
        cfgs: item.attrs.iter().filter(|attr| marks::is_cfg(attr)).cloned().collect(),
        carried: item.attrs.iter().filter(|attr| marks::is_carried(attr)).cloned().collect(),
        deprecated: may_be_deprecated(&item.generics, &item.attrs),
        vis: item.vis.clone(),
        ident: item.ident.clone(),
        address: names::identifier(&format!("{name}Addr"), span),
        message: names::identifier(&format!("{name}Message"), span),
        shown: item.ident.clone(),
        generics: item.generics.clone(),
        settings,
    }
}

/// Whether the type, or a type in its generics, may be deprecated.
fn may_be_deprecated(generics: &Generics, attrs: &[Attribute]) -> bool {
    !generics.params.is_empty() || attrs.iter().any(|attr| text(attr).contains("deprecated"))
}

/// One `#[actor]` per item.
fn check_once(attrs: &[Attribute], errors: &mut Errors) {
    for attr in attrs.iter().filter(|attr| is_actor(attr)) {
        errors.push(attr, "duplicate `#[actor]`; remove this one");
    }
}

/// An actor borrows nothing, and neither does a message.
fn check_lifetimes(generics: &Generics, text: &str, errors: &mut Errors) {
    for param in &generics.params {
        if let GenericParam::Lifetime(param) = param {
            errors.push(&param.lifetime, text);
        }
    }
}

/// Whether the generics contain a lifetime, which the struct half has reported.
fn has_lifetimes(generics: &Generics) -> bool {
    generics.params.iter().any(|param| matches!(param, GenericParam::Lifetime(_)))
}
