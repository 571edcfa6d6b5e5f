//! Layer 4, struct half: the address type, its conversions, the settings.
//!
//! It must not assume anything about the messages: the impl half is a separate expansion.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, LitStr};

use super::{do_not_recommend, is_own, krate};
use crate::model::{ActorType, Room};
use crate::{names, span};

// Input:  #[actor] pub struct Counter { total: u64 }
// Output:
//     /// Address of a running [`Counter`].
//     pub struct CounterAddr(::actor_core::Addr<Counter>);
pub(super) fn expand_address(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, carried, vis, ident, address, generics, .. } = actor;
    let krate = krate(actor.krate.as_ref(), span::hidden());
    let (_, arguments, clause) = generics.split_for_impl();
    let shown = names::plain(&actor.shown);
    let doc = if actor.shown == actor.ident {
        format!("Address of a running [`{shown}`].")
    } else {
        format!("Address of any actor that implements [`{shown}`].")
    };
    let params = (!generics.params.is_empty()).then(|| {
        let params = &generics.params;
        quote!(<#params>)
    });
    let hush = hush(actor);
    quote! {
        #(#cfgs)*
        #(#carried)*
        #[doc = #doc]
        #hush
        #vis struct #address #params (#krate::Addr<#ident #arguments>) #clause;
    }
}

// Input:  #[actor] pub struct Cache<K: Hash, V = u8> { .. }
// Output:
//     /// Messages of [`Cache`], one variant each.
//     pub type CacheMessage<K, V = u8> = <Cache<K, V> as ::actor_core::Protocol>::Message;
pub(super) fn expand_alias(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, carried, vis, ident, message, generics, .. } = actor;
    let krate = krate(actor.krate.as_ref(), span::hidden());
    let (_, arguments, _) = generics.split_for_impl();
    let doc = format!("Messages of [`{}`], one variant each.", names::plain(&actor.shown));
    // Bounds in a type alias are not checked and cause a warning.
    let mut params = generics.params.clone();
    for param in &mut params {
        match param {
            GenericParam::Type(param) => {
                param.colon_token = None;
                param.bounds.clear();
            }
            GenericParam::Lifetime(param) => {
                param.colon_token = None;
                param.bounds.clear();
            }
            GenericParam::Const(_) => {}
        }
    }
    let params = (!params.is_empty()).then(|| quote!(<#params>));
    let hush = hush(actor);
    quote! {
        #(#cfgs)*
        #(#carried)*
        #[doc = #doc]
        #hush
        #vis type #message #params = <#ident #arguments as #krate::Protocol>::Message;
    }
}

// Input:  #[actor(capacity = 8)] pub struct Counter { total: u64 }
// Output:
//     const _: () = {
//         use ::actor_core::__private as __p;
//         impl ::actor_core::Actor for Counter { type Addr = CounterAddr; const SETTINGS: .. }
//         impl ::actor_core::Address for CounterAddr { type Actor = Counter; }
//         impl __p::Clone for CounterAddr { .. } // and so on
//     };
pub(super) fn expand_impls(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, ident, address, generics, .. } = actor;
    let krate = krate(actor.krate.as_ref(), span::hidden());
    let (params, arguments, clause) = generics.split_for_impl();
    let settings = expand_settings(actor);
    let quiet = do_not_recommend(actor.krate.as_ref(), generics);
    let common = expand_common(actor);
    let conversions = expand_conversions(actor);
    let hush = hush(actor);
    quote! {
        #(#cfgs)*
        #hush
        const _: () = {
            use #krate::__private as __p;
            #[automatically_derived]
            #quiet
            impl #params #krate::Actor for #ident #arguments #clause {
                type Addr = #address #arguments;
                const SETTINGS: __p::Settings = #settings;
            }
            #[automatically_derived]
            #quiet
            impl #params #krate::Address for #address #arguments #clause {
                type Actor = #ident #arguments;
            }
            #common
            #conversions
        };
    }
}

/// Deprecation is reported to users, not inside the macro's output.
fn hush(actor: &ActorType) -> Option<TokenStream> {
    actor.deprecated.then(|| quote!(#[allow(deprecated)]))
}

// Output:
//     impl __p::Clone for CounterAddr { fn clone(&self) -> Self { Self(__p::Clone::clone(&self.0)) } }
//     // and Debug, PartialEq, Eq, Hash alike: a derive would bound the type parameters
fn expand_common(actor: &ActorType) -> TokenStream {
    let ActorType { address, generics, .. } = actor;
    let (params, arguments, clause) = generics.split_for_impl();
    let me = quote!(#address #arguments);
    quote! {
        #[automatically_derived]
        impl #params __p::Clone for #me #clause {
            fn clone(&self) -> Self {
                Self(__p::Clone::clone(&self.0))
            }
        }
        #[automatically_derived]
        impl #params __p::fmt::Debug for #me #clause {
            fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
                __p::fmt::Debug::fmt(&self.0, __f)
            }
        }
        #[automatically_derived]
        impl #params __p::PartialEq for #me #clause {
            fn eq(&self, __other: &Self) -> __p::bool {
                __p::PartialEq::eq(&self.0, &__other.0)
            }
        }
        #[automatically_derived]
        impl #params __p::Eq for #me #clause {}
        #[automatically_derived]
        impl #params __p::Hash for #me #clause {
            fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
                __p::Hash::hash(&self.0, __state);
            }
        }
    }
}

// Output:
//     impl __p::Deref for CounterAddr { type Target = ::actor_core::Addr<Counter>; .. }
//     // and AsRef, and From both ways
fn expand_conversions(actor: &ActorType) -> TokenStream {
    let ActorType { ident, address, generics, .. } = actor;
    let krate = krate(actor.krate.as_ref(), span::hidden());
    let (params, arguments, clause) = generics.split_for_impl();
    let me = quote!(#address #arguments);
    let target = quote!(#krate::Addr<#ident #arguments>);
    quote! {
        #[automatically_derived]
        impl #params __p::Deref for #me #clause {
            type Target = #target;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
        #[automatically_derived]
        impl #params __p::AsRef<#target> for #me #clause {
            fn as_ref(&self) -> &#target {
                &self.0
            }
        }
        #[automatically_derived]
        impl #params __p::From<#target> for #me #clause {
            fn from(__addr: #target) -> Self {
                Self(__addr)
            }
        }
        #[automatically_derived]
        impl #params __p::From<#me> for #target #clause {
            fn from(__addr: #me) -> Self {
                __addr.0
            }
        }
    }
}

// Input:  #[actor(capacity = 8, turn = 4, name = "counter")]
// Output: __p::Settings::new("counter").capacity(8).turn(4)
fn expand_settings(actor: &ActorType) -> TokenStream {
    let settings = &actor.settings;
    let name = LitStr::new(&settings.name.value(), span::hidden());
    let room = match &settings.room {
        Room::Usual => TokenStream::new(),
        Room::Bounded(bound) => quote!(.capacity(#bound)),
        Room::Unbounded => quote!(.unbounded()),
    };
    let turn = settings.turn.as_ref().map(|turn| quote!(.turn(#turn))).into_token_stream();
    let deferred = settings.deferred.as_ref().map(|bound| quote!(.deferred(#bound)));
    let overlap = settings.overlap.as_ref().map(|most| quote!(.overlap(#most)));
    let internal = is_own(actor.krate.as_ref()).then(|| quote!(.internal()));
    quote!(__p::Settings::new(#name) #room #turn #deferred #overlap #internal)
}
