//! Layer 4: from model to tokens; total: it must not fail and must not check rules.

mod address;
mod bounds;
mod delivery;
mod dispatch;
mod docs;
mod fallback;
mod handle;
mod message;
mod remote;
mod send_check;
mod send_span;
mod serve;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Generics, Meta, MetaList};

use crate::display::display_tokens;
pub(crate) use bounds::assumed;

use crate::model::{ActorType, Protocol, ProtocolImpl, Side, TraitHalf};
use crate::{span, syntax};

/// Expands the struct half: all items that it adds to the struct.
pub(crate) fn expand_type(actor: &ActorType) -> TokenStream {
    let address = address::expand_address(actor);
    let message = address::expand_alias(actor);
    let impls = address::expand_impls(actor);
    quote!(#address #message #impls)
}

/// Expands a trait: the type that represents its actors, with an address, and its messages.
pub(crate) fn expand_trait(half: &TraitHalf) -> TokenStream {
    let marker_type = serve::expand_marker_type(&half.marker_type);
    let address = expand_type(&half.marker_type);
    let protocol = expand_protocol(&half.protocol);
    quote!(#marker_type #address #protocol)
}

/// Expands the impl of a protocol's trait.
pub(crate) fn expand_protocol_impl(protocol_impl: &ProtocolImpl) -> TokenStream {
    serve::expand_protocol_impl(protocol_impl)
}

/// Expands the impl half: all items that it adds to the block.
///
/// The items are inside one constant, so that only the address methods can be named from outside.
pub(crate) fn expand_protocol(protocol: &Protocol) -> TokenStream {
    let crate_path = crate_path(protocol.crate_path.as_ref(), span::hidden());
    let forwarded = &protocol.forwarded;
    let message = message::expand_message(protocol);
    let debug = message::expand_debug(protocol);
    let handling = match &protocol.side {
        Side::Actor => {
            let dispatch = dispatch::expand_dispatch(protocol);
            let envelope = message::expand_envelope(protocol);
            let guards = delivery::expand_guards(protocol);
            quote!(#dispatch #envelope #guards)
        }
        Side::Trait(of_trait) => {
            let implementation = message::expand_protocol(protocol);
            let serve = serve::expand_serve(protocol, of_trait);
            quote!(#implementation #serve)
        }
    };
    let methods = handle::expand_methods(protocol);
    let send_checks = send_check::expand_checks(protocol);
    let check = protocol.missing.as_ref().map(bounds::expand_check);
    let remote = protocol.remote.as_ref().map(|remote| remote::expand_remote(protocol, remote));
    quote! {
        #(#forwarded)*
        const _: () = {
            use #crate_path::__private as __p;
            #message
            #debug
            #handling
            #methods
            #send_checks
            #check
            #remote
        };
    }
}

/// Brings the helper attributes into scope, so that the compiler suggests them for a misspelt one.
pub(crate) fn suggestions(crate_path: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_imports, clippy::wildcard_imports)]
        use #crate_path::__private::attributes::*;
    }
}

/// Returns the path of `actor_core`, with the span of `place`.
pub(crate) fn crate_path(path: Option<&TokenStream>, place: Span) -> TokenStream {
    path.map_or_else(
        || quote_spanned!(place=> ::actor_core),
        |path| span::moved_all(path.clone(), place),
    )
}

/// Hides the framework's own actor from compiler errors about user actors.
///
/// An error about a missing half should not mention that actor. With generics, the attribute would
/// hide the unmet bound. In other places it could not be named, because `#![no_implicit_prelude]`
/// hides `diagnostic`.
fn do_not_recommend(path: Option<&TokenStream>, generics: &Generics) -> Option<TokenStream> {
    (is_own(path) && generics.params.is_empty()).then(|| quote!(#[diagnostic::do_not_recommend]))
}

/// Returns `true` for an actor of the framework itself: `crate = crate`.
fn is_own(path: Option<&TokenStream>) -> bool {
    path.is_some_and(|path| display_tokens(path) == "crate")
}

/// Returns the bounds of the block, and the bound that there is an address: `where CounterAddr:
/// Sized`.
///
/// If the struct half is missing, the address is an unknown name, and the compiler does not report
/// anything that depends on an unknown name: the user sees a single error.
fn where_addressed(protocol: &Protocol) -> TokenStream {
    let address = &protocol.address;
    let bounds = bounds(protocol.generics.where_clause.as_ref());
    quote!(where #bounds #address: __p::Sized)
}

/// Returns the condition of `#[cfg(unix)]` or `#[cfg_attr(unix, cfg(windows))]`, for use in another one.
fn condition(cfg: &Attribute) -> Option<TokenStream> {
    let Some((condition, parts)) = syntax::conditional(cfg) else {
        let Meta::List(list) = &cfg.meta else { return None };
        return Some(list.tokens.clone());
    };
    let part = syn::parse2::<MetaList>(parts.into_iter().next()?).ok()?.tokens;
    Some(quote!(any(not(#condition), #part)))
}

/// Returns the bounds of a clause, for insertion into another one.
fn bounds(clause: Option<&syn::WhereClause>) -> Option<TokenStream> {
    clause.map(|clause| {
        let bounds = clause.predicates.iter();
        quote!(#(#bounds,)*)
    })
}

/// Returns the span of errors about the actor as a whole: its name in the head of the block.
fn at_actor(protocol: &Protocol) -> Span {
    protocol.ident.span()
}
