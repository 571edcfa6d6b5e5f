//! Floor 4: from model to tokens; total: it must not fail, and it must not judge.

mod address;
mod dispatch;
mod handle;
mod message;
mod poison;
mod suspect;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::model::{ActorType, Protocol};
use crate::span;

/// Everything that the struct half adds to the struct.
pub(crate) fn expand_type(actor: &ActorType) -> TokenStream {
    let address = address::expand_address(actor);
    let message = address::expand_alias(actor);
    let impls = address::expand_impls(actor);
    quote!(#address #message #impls)
}

/// Everything that the impl half adds to the block.
///
/// One constant holds it, so that nothing but the address methods can be named from outside.
pub(crate) fn expand_protocol(protocol: &Protocol) -> TokenStream {
    let krate = krate(&protocol.krate, span::hidden());
    let carried = &protocol.carried;
    let message = message::expand_message(protocol);
    let debug = message::expand_debug(protocol);
    let implementation = message::expand_protocol(protocol);
    let dispatch = dispatch::expand_dispatch(protocol);
    let handle = dispatch::expand_handle(protocol);
    let methods = handle::expand_methods(protocol);
    quote! {
        #(#carried)*
        const _: () = {
            use #krate::__private as __p;
            #message
            #debug
            #implementation
            #dispatch
            #handle
            #methods
        };
    }
}

/// The path of `actor_core`, seen at `place`.
pub(crate) fn krate(path: &Option<TokenStream>, place: Span) -> TokenStream {
    match path {
        Some(path) => span::moved_all(path.clone(), place),
        None => quote_spanned!(place=> ::actor_core),
    }
}

/// The span for what is said about the actor as a whole: its name in the head of the block.
fn at_actor(protocol: &Protocol) -> Span {
    protocol.ident.span()
}
