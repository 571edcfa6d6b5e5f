//! Layer 4, struct half: the address type, its conversions, the settings.
//!
//! It must not assume anything about the messages: the impl half is a separate expansion.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, LitStr};

use super::{bounds, crate_path, do_not_recommend, is_own};
use crate::model::{ActorType, Capacity};
use crate::{names, span};

// Input:  #[actor] pub struct Counter { total: u64 }
// Output:
//     /// Address of a running [`Counter`].
//     pub struct CounterAddr(::actor_core::__private::Addr<Counter>);
pub(super) fn expand_address(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, forwarded, vis, ident, address, generics, .. } = actor;
    let crate_path = crate_path(actor.crate_path.as_ref(), span::hidden());
    let (_, arguments, clause) = generics.split_for_impl();
    let doc_target = names::unraw(&actor.doc_target);
    let doc = if actor.is_marker() {
        format!("Address of any actor that implements [`{doc_target}`].")
    } else {
        format!("Address of a running [`{doc_target}`].")
    };
    let params = (!generics.params.is_empty()).then(|| {
        let params = &generics.params;
        quote!(<#params>)
    });
    let allow_deprecated = allow_deprecated(actor);
    quote! {
        #(#cfgs)*
        #(#forwarded)*
        #[doc = #doc]
        #allow_deprecated
        #vis struct #address #params (#crate_path::__private::Addr<#ident #arguments>) #clause;
    }
}

// Input:  #[actor] pub struct Cache<K: Hash, V = u8> { .. }
// Output:
//     /// Messages of [`Cache`], one variant each: `impl Dispatch for Cache` lists them.
//     pub type CacheMessage<K, V = u8> = <Cache<K, V> as ::actor_core::__private::Protocol>::Message;
pub(super) fn expand_alias(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, forwarded, vis, ident, message, generics, .. } = actor;
    let crate_path = crate_path(actor.crate_path.as_ref(), span::hidden());
    let (_, arguments, _) = generics.split_for_impl();
    let target = names::unraw(&actor.doc_target);
    let listed = if actor.is_marker() {
        format!("`impl Protocol for {}`", names::unraw(&actor.ident))
    } else {
        format!("`impl Dispatch for {target}`")
    };
    let doc = format!("Messages of [`{target}`], one variant each: {listed} lists them.");
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
    let allow_deprecated = allow_deprecated(actor);
    quote! {
        #(#cfgs)*
        #(#forwarded)*
        #[doc = #doc]
        #allow_deprecated
        #vis type #message #params = <#ident #arguments as #crate_path::__private::Protocol>::Message;
    }
}

// Input:  #[actor(capacity = 8)] pub struct Counter { total: u64 }
// Output:
//     const _: () = {
//         use ::actor_core::__private as __p;
//         impl __p::Actor for Counter { type Addr = CounterAddr; const SETTINGS: .. }
//         impl __p::TypedAddr for CounterAddr { type Actor = Counter; }
//         impl __p::Clone for CounterAddr { .. } // and so on
//     };
pub(super) fn expand_impls(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, ident, address, generics, .. } = actor;
    let crate_path = crate_path(actor.crate_path.as_ref(), span::hidden());
    let (params, arguments, clause) = generics.split_for_impl();
    let settings = expand_settings(actor);
    let not_recommended = do_not_recommend(actor.crate_path.as_ref(), generics);
    let common = expand_common(actor);
    let conversions = expand_conversions(actor);
    let allow_deprecated = allow_deprecated(actor);
    quote! {
        #(#cfgs)*
        #allow_deprecated
        const _: () = {
            use #crate_path::__private as __p;
            #[automatically_derived]
            #not_recommended
            impl #params __p::Actor for #ident #arguments #clause {
                type Addr = #address #arguments;
                const SETTINGS: __p::Settings = #settings;
            }
            #[automatically_derived]
            #not_recommended
            impl #params __p::TypedAddr for #address #arguments #clause {
                type Actor = #ident #arguments;
            }
            #common
            #conversions
        };
    }
}

/// Allows deprecated items in the macro's output, so that deprecation is only reported to users.
fn allow_deprecated(actor: &ActorType) -> Option<TokenStream> {
    actor.deprecated.then(|| quote!(#[allow(deprecated)]))
}

// Output:
//     impl __p::Clone for CounterAddr { fn clone(&self) -> Self { Self(__p::Clone::clone(&self.0)) } }
//     // and Debug, PartialEq, Eq, Hash alike: a derive would bound the type parameters
fn expand_common(actor: &ActorType) -> TokenStream {
    let ActorType { address, generics, .. } = actor;
    let (params, arguments, clause) = generics.split_for_impl();
    let address_type = quote!(#address #arguments);
    quote! {
        #[automatically_derived]
        impl #params __p::Clone for #address_type #clause {
            fn clone(&self) -> Self {
                Self(__p::Clone::clone(&self.0))
            }
        }
        #[automatically_derived]
        impl #params __p::fmt::Debug for #address_type #clause {
            fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
                __p::fmt::Debug::fmt(&self.0, __f)
            }
        }
        #[automatically_derived]
        impl #params __p::PartialEq for #address_type #clause {
            fn eq(&self, __other: &Self) -> __p::bool {
                __p::PartialEq::eq(&self.0, &__other.0)
            }
        }
        #[automatically_derived]
        impl #params __p::Eq for #address_type #clause {}
        #[automatically_derived]
        impl #params __p::Hash for #address_type #clause {
            fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
                __p::Hash::hash(&self.0, __state);
            }
        }
    }
}

// Output:
//     impl __p::Deref for CounterAddr { type Target = __p::Addr<Counter>; .. }
//     // and AsRef, and From both ways; for the address of a protocol:
//     impl<__A> __p::From<__A> for GreeterAddr where __p::AddrConversion: __p::Converts<__A, GreeterAddr> { .. }
fn expand_conversions(actor: &ActorType) -> TokenStream {
    let ActorType { ident, address, generics, .. } = actor;
    let (params, arguments, clause) = generics.split_for_impl();
    let address_type = quote!(#address #arguments);
    let target = quote!(__p::Addr<#ident #arguments>);
    let from = match actor.is_marker() {
        false => quote! {
            impl #params __p::From<#target> for #address_type #clause {
                fn from(__addr: #target) -> Self {
                    Self(__addr)
                }
            }
        },
        true => {
            let mut generics = generics.clone();
            let source = syn::TypeParam::from(proc_macro2::Ident::new("__A", span::hidden()));
            generics.params.push(GenericParam::Type(source));
            let (params, ..) = generics.split_for_impl();
            let bounds = bounds(generics.where_clause.as_ref());
            quote! {
                impl #params __p::From<__A> for #address_type
                where
                    #bounds __p::AddrConversion: __p::Converts<__A, #address_type>,
                {
                    fn from(__addr: __A) -> Self {
                        Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
                    }
                }
            }
        }
    };
    quote! {
        #[automatically_derived]
        impl #params __p::Deref for #address_type #clause {
            type Target = #target;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
        #[automatically_derived]
        impl #params __p::AsRef<#target> for #address_type #clause {
            fn as_ref(&self) -> &#target {
                &self.0
            }
        }
        #[automatically_derived]
        #from
        #[automatically_derived]
        impl #params __p::From<#address_type> for #target #clause {
            fn from(__addr: #address_type) -> Self {
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
    let capacity = match &settings.capacity {
        Capacity::Default => TokenStream::new(),
        Capacity::Bounded(bound) => quote!(.capacity(#bound)),
        Capacity::Unbounded => quote!(.unbounded()),
    };
    let turn = settings.turn.as_ref().map(|turn| quote!(.turn(#turn))).into_token_stream();
    let deferred = settings.deferred.as_ref().map(|bound| quote!(.deferred(#bound)));
    let max_concurrent =
        settings.max_concurrent.as_ref().map(|most| quote!(.max_concurrent(#most)));
    let internal = is_own(actor.crate_path.as_ref()).then(|| quote!(.internal()));
    quote!(__p::Settings::new(#name) #capacity #turn #deferred #max_concurrent #internal)
}
