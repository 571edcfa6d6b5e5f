//! Layer 3: a trait as a protocol: its methods are messages of every implementor.
//!
//! It must not depend on an actor.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, TypeParamBound, Visibility, WherePredicate};

use super::attrs::{self, HelperAttr};
use super::{
    args, block, callback, check_lifetimes, check_no_async_trait, check_once, has_lifetimes,
    is_rewritten, may_be_deprecated, method, parameters, protocol_impl, remote, reply, self_type,
    settings,
};
use crate::display::display_tokens;
use crate::errors::Errors;
use crate::model::{ActorType, Capacity, Protocol, Settings, Side, TraitHalf};
use crate::names;
use crate::options::RawOption;
use crate::syntax::{Function, Member, TraitItem};

/// Reads a trait. Returns `None` if it cannot be used. Records in the item which methods take the
/// context, which only actors have.
pub(crate) fn check_trait(
    options: TokenStream,
    item: &mut TraitItem,
    errors: &mut Errors,
) -> Option<TraitHalf> {
    let (crate_path, remote) = settings::of_trait(options, errors);
    check_once(&item.attrs, errors);
    check_no_async_trait(&item.attrs, &item.members, errors);
    check_head(item, errors);
    let marker_type = marker_type(item, crate_path.clone());
    let (_, arguments, _) = item.generics.split_for_impl();
    let (any, address, name) = (&marker_type.ident, &marker_type.address, &item.ident);
    let head = format!("trait {name}");
    let missing = parameters::missing(&item.generics, "a protocol", &head, false, &item.members);
    let mut protocol = Protocol {
        side: Side::Trait(quote!(#name #arguments)),
        crate_path,
        forwarded: block::forwarded(&item.attrs),
        generics: parameters::completed(item.generics.clone(), missing.as_ref()),
        missing,
        actor: quote!(#any #arguments),
        ident: item.ident.clone(),
        address: quote!(#address #arguments),
        message: marker_type.message.clone(),
        local: true,
        messages: Vec::new(),
        hooks: Vec::new(),
        rejected: Vec::new(),
        helpers: Vec::new(),
        remote: None,
    };
    let vis = item.vis.clone();
    for member in &mut item.members {
        match member {
            Member::Function(function) => {
                check_function(function, &vis, &mut protocol, errors);
                function.is_for_actors =
                    args::typed(&function.signature).any(|arg| args::context(&arg.ty).is_some());
                callback::check(function, errors);
            }
            Member::Broken { error, .. } => errors.push_syntax(error),
            Member::Other(_) => {}
        }
    }
    check_not_idle(item, &protocol, errors);
    protocol.remote = remote::check_trait(remote, item, &protocol, errors);
    (!has_lifetimes(&item.generics)).then_some(TraitHalf { marker_type, protocol })
}

/// Checks that a protocol is a plain trait without lifetimes, and without supertraits that have
/// methods.
fn check_head(item: &mut TraitItem, errors: &mut Errors) {
    if !item.qualifiers.is_empty() {
        let word = item.qualifiers.to_string();
        errors.push(&item.qualifiers, format!("a protocol cannot be `{word}`; write `trait`"));
    }
    check_supertraits(&item.supertraits, errors);
    check_bounds_of_self(item, errors);
    let text = "a protocol has no lifetimes: its messages are owned; use owned types, or `'static`";
    check_lifetimes(&item.generics, text, errors);
}

/// Checks that a supertrait only requires the actor to be `Send`, `Sync` or `'static`. Other
/// requirements would not hold for the address.
fn check_supertraits(supertraits: &TokenStream, errors: &mut Errors) {
    let parsed = Punctuated::<TypeParamBound, Token![+]>::parse_terminated
        .parse2(supertraits.clone())
        .map_err(|error| errors.push_syntax(&error));
    if let Ok(bounds) = parsed {
        check_bounds(&bounds, &["Send", "Sync"], errors);
    }
}

/// Checks the supertraits that are written as `where Self: Supertrait`. Generated code does not have
/// the refused ones, which would not hold for it.
fn check_bounds_of_self(item: &mut TraitItem, errors: &mut Errors) {
    let Some(clause) = &mut item.generics.where_clause else { return };
    let is_right = |predicate: &WherePredicate| match predicate {
        WherePredicate::Type(it) if display_tokens(&it.bounded_ty) == "Self" => {
            check_bounds(&it.bounds, &["Send", "Sync", "Sized", "Unpin"], errors)
        }
        _ => true,
    };
    clause.predicates =
        std::mem::take(&mut clause.predicates).into_iter().filter(is_right).collect();
}

/// Checks the bounds of the actor, and returns whether all of them are allowed.
fn check_bounds(
    bounds: &Punctuated<TypeParamBound, Token![+]>,
    allowed: &[&str],
    errors: &mut Errors,
) -> bool {
    let is_plain = |bound: &TypeParamBound| match bound {
        TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
        TypeParamBound::Trait(bound) => {
            bound.maybe.is_none()
                && bound.path.segments.last().is_some_and(|last| {
                    last.arguments.is_none() && allowed.iter().any(|name| last.ident == name)
                })
        }
        _ => false,
    };
    let refused: Vec<_> = bounds.iter().filter(|bound| !is_plain(bound)).collect();
    if refused.is_empty() {
        return true;
    }
    let text = "a protocol has no supertraits but `Send`, `Sync` and `'static`: its address knows \
                its own messages and nothing else; remove this, and have the actor implement both";
    errors.push(quote!(#(#refused)+*), text);
    false
}

/// Returns the type that represents every actor that implements the trait.
fn marker_type(item: &TraitItem, crate_path: Option<TokenStream>) -> ActorType {
    let name = names::unraw(&item.ident);
    let span = item.ident.span();
    ActorType {
        crate_path,
        cfgs: item.attrs.iter().filter(|attr| attrs::is_cfg(attr)).cloned().collect(),
        forwarded: item.attrs.iter().filter(|attr| attrs::is_for_address(attr)).cloned().collect(),
        deprecated: may_be_deprecated(&item.generics, &item.attrs),
        vis: item.vis.clone(),
        ident: names::identifier(&format!("Any{name}"), span),
        address: names::identifier(&format!("{name}Addr"), span),
        message: names::identifier(&format!("{name}Message"), span),
        doc_target: item.ident.clone(),
        generics: item.generics.clone(),
        settings: Settings {
            name: LitStr::new(&name, span),
            capacity: Capacity::Default,
            turn: None,
            deferred: None,
            max_concurrent: None,
        },
    }
}

fn check_function(
    function: &Function,
    vis: &Visibility,
    protocol: &mut Protocol,
    errors: &mut Errors,
) {
    let before = errors.count();
    let helper = attrs::read(&function.attrs, errors);
    if let HelperAttr::Hook(_, word) = helper {
        let text =
            format!("`#[{word}]` belongs to an actor; move the method to its `#[actor] impl`");
        errors.push(&function.signature.ident, text);
        return;
    }
    if is_rewritten(function) {
        let mut rejected = method::rejected(function, &protocol.actor, errors);
        rejected.vis = vis.clone();
        return protocol.rejected.push(rejected);
    }
    let Some(method) = function.as_method() else {
        block::check_no_data(function, errors);
        if matches!(helper, HelperAttr::Message(_)) {
            let name = &function.signature.ident;
            errors.push(name, "a message takes `&self`, `&mut self` or `self`; add a receiver");
        } else {
            protocol.helpers.push(function.signature.ident.clone());
        }
        return;
    };
    if matches!(helper, HelperAttr::Skip) {
        protocol.helpers.push(function.signature.ident.clone());
        return block::check_no_data(function, errors);
    }
    let settings = match helper {
        HelperAttr::Message(settings) => check_settings(settings, errors),
        _ => Vec::new(),
    };
    check_no_self(function, errors);
    let checked = method::check(method, &settings, &protocol.actor, "the trait", errors);
    match checked {
        Ok(mut message) if errors.count() == before => {
            message.vis = vis.clone();
            block::add(*message, function, protocol, errors);
        }
        Ok(_) => {
            let mut rejected = method::rejected(function, &protocol.actor, errors);
            rejected.vis = vis.clone();
            protocol.rejected.push(rejected);
        }
        Err(mut rejected) => {
            rejected.vis = vis.clone();
            protocol.rejected.push(*rejected);
        }
    }
}

/// Checks the settings of a message in the trait, and returns the allowed ones: `last` and
/// `version`, which concern all senders. Each actor sets the others itself.
fn check_settings(settings: Vec<RawOption>, errors: &mut Errors) -> Vec<RawOption> {
    let (own, others): (Vec<_>, Vec<_>) =
        settings.into_iter().partition(|setting| setting.is("last") || setting.is("version"));
    for setting in &others {
        let key = &setting.key;
        if setting.is("concurrent") {
            protocol_impl::check_not_own(setting, errors);
            continue;
        }
        let text = format!(
            "how a message waits is the choice of each actor; write `{key}` on the method of its \
             `#[actor] impl`"
        );
        errors.push(key, text);
    }
    own
}

/// Checks that a protocol message does not name the actor: its sender may address any implementor.
fn check_no_self(function: &Function, errors: &mut Errors) {
    let text = "the sender of a protocol's message does not know which actor handles it, so `Self` \
                cannot be named; name a type, or make it a parameter of the trait";
    let arguments = args::typed(&function.signature)
        .filter(|arg| args::context(&arg.ty).is_none())
        .map(|arg| arg.ty.to_token_stream());
    let returned = reply::returned(&function.signature).map(ToTokens::to_token_stream);
    for tokens in arguments.chain(returned) {
        if let Some(word) = self_type::find(tokens) {
            errors.push(word, text);
        }
    }
}

/// Checks that a trait with functions has messages.
fn check_not_idle(item: &TraitItem, protocol: &Protocol, errors: &mut Errors) {
    let idle = protocol.messages.is_empty() && protocol.rejected.is_empty() && errors.count() == 0;
    let first = item.members.iter().find_map(|member| match member {
        Member::Function(function) => Some(function),
        _ => None,
    });
    if let (true, Some(function)) = (idle, first) {
        let text = "no message here; a message is a method with a `self` receiver";
        errors.push(&function.signature.ident, text);
    }
}
