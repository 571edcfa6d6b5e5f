//! Layer 4, protocols: the items for a trait's messages, and for an actor that implements it.
//!
//! It must not depend on whether a handler's future is `Send`: that is proved on each actor.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::GenericParam;

use super::{bounds, crate_path, delivery, dispatch, message};
use crate::model::{
    ActorType, ConfiguredMethod, Guard, Message, MessageOptions, Protocol, ProtocolImpl, Role,
};
use crate::{names, span};

// Input:  #[actor] pub trait Greeter<T> { .. }
// Output:
//     /// Any actor that implements [`Greeter`], in types such as `WeakAddr<AnyGreeter>`.
//     pub struct AnyGreeter<T>(::actor_core::__private::Uninhabited<(*const T,)>);
pub(super) fn expand_marker_type(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, forwarded, vis, ident, generics, .. } = actor;
    let crate_path = crate_path(actor.crate_path.as_ref(), span::hidden());
    let doc_target = names::unraw(&actor.doc_target);
    let doc = format!(
        "Any actor that implements [`{doc_target}`], in types such as `WeakAddr<{ident}>`."
    );
    let used = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        _ => None,
    });
    let params = (!generics.params.is_empty()).then(|| {
        let params = &generics.params;
        quote!(<#params>)
    });
    let clause = &generics.where_clause;
    quote! {
        #(#cfgs)*
        #(#forwarded)*
        #[doc = #doc]
        #[allow(dead_code, missing_debug_implementations)]
        #vis struct #ident #params (#crate_path::__private::Uninhabited<(#(*const #used,)*)>) #clause;
    }
}

// Output:
//     impl<__A> __p::ProtocolDispatch<__A> for AnyGreeter where __A: Greeter + __p::Dispatch {
//         fn with_arguments(__message: &GreeterMessage, __ask: impl __p::FnOnce(..) -> ..) -> __p::bool { .. }
//         fn is_async(__message: &GreeterMessage) -> __p::bool { .. }
//         fn handle_sync(__actor: .., __message: .., __context: ..) -> __p::HandlerOutcome { match __message { .. } }
//         fn handle_async(..) -> impl __p::Future<Output = __p::HandlerOutcome> { async move { match __message { .. } } }
//     }
pub(super) fn expand_serve(protocol: &Protocol, of_trait: &TokenStream) -> TokenStream {
    let any = &protocol.actor;
    let mut generics = protocol.generics.clone();
    let actor = syn::TypeParam::from(proc_macro2::Ident::new("__A", span::hidden()));
    generics.params.push(GenericParam::Type(actor));
    let (params, ..) = generics.split_for_impl();
    let bounds = super::bounds(generics.where_clause.as_ref());
    let message_type = message::enum_type(protocol);
    let arms = |later: bool| {
        let all = protocol.messages.iter().filter(move |message| message.is_async == later);
        all.map(|message| dispatch::expand_arm(protocol, message))
    };
    let (now, later): (Vec<_>, Vec<_>) = (arms(false).collect(), arms(true).collect());
    let probe = dispatch::expand_probe(protocol);
    let body = |arms: &[TokenStream]| {
        quote! {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                #(#arms)*
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    };
    let now = body(&now);
    let arguments = protocol.messages.iter().map(|message| expand_arguments(protocol, message));
    let later = (!later.is_empty()).then(|| {
        let is_async = |message: &&Message| message.is_async;
        let arms = protocol.messages.iter().filter(is_async).map(|message| {
            let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
            let ident = span::on(&protocol.message, span::hidden());
            quote!(#(#cfgs)* #ident::#variant { .. } => true,)
        });
        let body = body(&later);
        quote! {
            fn is_async(__message: &#message_type) -> __p::bool {
                match *__message { #(#arms)* _ => false }
            }
            fn handle_async(
                __actor: &mut __p::Option<__A>,
                __message: #message_type,
                __context: &__p::Context<__A>,
                __aborts: __p::bool,
            ) -> impl __p::Future<Output = __p::HandlerOutcome> {
                #probe
                async move { #body }
            }
        }
    });
    quote! {
        #[automatically_derived]
        #[allow(
            deprecated, unreachable_patterns, unused_imports, unused_variables,
            clippy::min_ident_chars,
        )]
        impl #params __p::ProtocolDispatch<__A> for #any
        where
            #bounds __A: #of_trait + __p::Dispatch,
        {
            fn with_arguments(
                __message: &#message_type,
                __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
            ) -> __p::bool {
                match *__message {
                    #(#arguments)*
                    _ => __ask(&[]),
                }
            }
            fn handle_sync(
                __actor: &mut __p::Option<__A>,
                __message: #message_type,
                __context: &__p::Context<__A>,
            ) -> __p::HandlerOutcome {
                #probe
                #now
            }
            #later
        }
    }
}

// Output:
//     GreeterMessage::Greet { ref name, .. } => __ask(&[name]),
fn expand_arguments(protocol: &Protocol, message: &Message) -> Option<TokenStream> {
    let ident = span::on(&protocol.message, span::hidden());
    let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
    let fields = message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some((&arg.cfgs, &field.name)),
        _ => None,
    });
    let (patterns, values): (Vec<_>, Vec<_>) =
        fields.map(|(cfgs, name)| (quote!(#(#cfgs)* ref #name,), quote!(#(#cfgs)* #name))).unzip();
    (!values.is_empty()).then(|| {
        quote! {
            #(#cfgs)*
            #ident::#variant { #(#patterns)* .. } => __ask(&[#(#values),*]),
        }
    })
}

// Input:  #[message(when = self.awake)] fn greet(&mut self, name: String) -> String { .. }
// Output:
//     impl __p::ProtocolGuard<GreeterAddr, 0> for Robot {
//         fn guard_holds(&self, __arguments: &mut __p::GuardArguments<'_>) -> __p::bool {
//             let name: &String = __arguments.take();
//             self.awake
//         }
//     }
//
// One impl for each guard, with the `self` of its handler: see `delivery::expand_guards`.
fn expand_guards(protocol_impl: &ProtocolImpl, clause: &TokenStream) -> Option<TokenStream> {
    let ProtocolImpl { generics, actor, protocol_address, .. } = protocol_impl;
    let (params, ..) = generics.split_for_impl();
    let all: Vec<_> = guards(protocol_impl).enumerate().collect();
    let guards = all.into_iter().map(|(index, (configured, guard))| {
        let Guard { key, expr, receiver, params: arguments } = guard;
        // A guard that changes the state is reported with this reference.
        let and = quote_spanned!(span::hidden_at(key.span())=> &);
        let cfgs = &configured.attrs.cfgs;
        let lints = configured.attrs.others.iter().filter(|it| !it.path().is_ident("deprecated"));
        let arguments = arguments
            .iter()
            .map(|(cfgs, pat, ty)| quote!(#(#cfgs)* let #pat: &#ty = __arguments.take();));
        // A condition that is not a `bool` is reported at the condition.
        let output = span::moved_all(quote!(__p::bool), span::hidden_at(key.span()));
        quote! {
            #(#cfgs)*
            #[automatically_derived]
            #[allow(deprecated, unused_variables, unused_braces, unused_parens)]
            #(#lints)*
            impl #params __p::ProtocolGuard<#protocol_address, #index> for #actor #clause {
                fn guard_holds(#and #receiver, __arguments: &mut __p::GuardArguments<'_>) -> #output {
                    #(#arguments)*
                    #expr
                }
            }
        }
    });
    Some(quote!(#(#guards)*))
}

/// Returns the methods with a guard.
fn guards(protocol_impl: &ProtocolImpl) -> impl Iterator<Item = (&ConfiguredMethod, &Guard)> {
    protocol_impl
        .configured
        .iter()
        .filter_map(|configured| Some((configured, configured.options.guard.as_ref()?)))
}

// Output:
//     fn guard_holds(&self, __name: &__p::str, __arguments: &mut __p::GuardArguments<'_>) -> __p::bool {
//         match __name {
//             "greet" => <Self as __p::ProtocolGuard<GreeterAddr, 0>>::guard_holds(self, __arguments),
//             _ => true,
//         }
//     }
fn expand_is_open(protocol_impl: &ProtocolImpl) -> Option<TokenStream> {
    guards(protocol_impl).next()?;
    let protocol_address = &protocol_impl.protocol_address;
    let arms = guards(protocol_impl).enumerate().map(|(index, (configured, _))| {
        let (cfgs, name) = (&configured.attrs.cfgs, names::unraw(&configured.name));
        quote! {
            #(#cfgs)*
            #name => <Self as __p::ProtocolGuard<#protocol_address, #index>>::guard_holds(self, __arguments),
        }
    });
    Some(quote! {
        fn guard_holds(&self, __name: &__p::str, __arguments: &mut __p::GuardArguments<'_>) -> __p::bool {
            match __name {
                #(#arms)*
                _ => true,
            }
        }
    })
}

// Input:  #[message(priority)] fn helper(&self) { .. }
// Output: const _: () = __p::check_message(<AnyGreeter as __p::Protocol>::NON_MESSAGES, "helper", "..");
//
// Only the trait determines which functions are messages. With generics, a constant cannot name the
// trait.
fn expand_checks(protocol_impl: &ProtocolImpl, any: &TokenStream) -> Option<TokenStream> {
    let protocol = names::unraw(&protocol_impl.ident);
    let checks = protocol_impl.with_settings.iter().map(|(cfgs, ident)| {
        let name = names::unraw(ident);
        let text = format!("`{name}` is not a message of `{protocol}`; remove its settings");
        let place = span::hidden_at(ident.span());
        let check = quote_spanned! {place=>
            __p::check_message(<#any as __p::Protocol>::NON_MESSAGES, #name, #text)
        };
        quote!(#(#cfgs)* const _: () = #check;)
    });
    protocol_impl.generics.params.is_empty().then(|| quote!(#(#checks)*))
}

// Output:
//     fn delivery(__name: &__p::str) -> __p::Delivery {
//         match __name {
//             "greet" => __p::Delivery { priority: true, unbounded: false, guarded: false },
//             _ => __p::Delivery { priority: false, unbounded: false, guarded: false },
//         }
//     }
fn expand_ways(protocol_impl: &ProtocolImpl) -> Option<TokenStream> {
    if protocol_impl.configured.is_empty() {
        return None;
    }
    let arms = protocol_impl.configured.iter().map(|ConfiguredMethod { attrs, name, options }| {
        let (cfgs, way) = (&attrs.cfgs, delivery::expand_one_way(options));
        let name = names::unraw(name);
        quote!(#(#cfgs)* #name => #way,)
    });
    let usual = delivery::expand_one_way(&MessageOptions::default());
    Some(quote! {
        fn delivery(__name: &__p::str) -> __p::Delivery {
            match __name {
                #(#arms)*
                _ => #usual,
            }
        }
    })
}

// Output:
//     fn aborts(__name: &__p::str) -> __p::bool {
//         match __name {
//             "render" => true,
//             _ => false,
//         }
//     }
fn expand_aborts(protocol_impl: &ProtocolImpl) -> Option<TokenStream> {
    let aborts = protocol_impl.configured.iter().filter(|it| it.options.abort);
    let arms: Vec<_> = aborts
        .map(|ConfiguredMethod { attrs, name, .. }| {
            let (cfgs, name) = (&attrs.cfgs, names::unraw(name));
            quote!(#(#cfgs)* #name => true,)
        })
        .collect();
    if arms.is_empty() {
        return None;
    }
    Some(quote! {
        #[allow(clippy::match_like_matches_macro)]
        fn aborts(__name: &__p::str) -> __p::bool {
            match __name {
                #(#arms)*
                _ => false,
            }
        }
    })
}

// Input:  #[actor] impl Greeter for Robot { .. }
// Output:
//     type __Addr = __p::write_actor_on_the_trait_or_import_its_address!(GreeterAddr);
//     impl __p::ImplementsProtocol<__Addr> for Robot { .. }
//     impl __p::Converts<RobotAddr, __Addr> for __p::AddrConversion { .. }
pub(super) fn expand_protocol_impl(protocol_impl: &ProtocolImpl) -> TokenStream {
    let ProtocolImpl { forwarded, generics, actor, address, protocol_address, .. } = protocol_impl;
    // The name of the macro says what to write if there is no such type. With generics, an alias would
    // need the parameters that the path uses.
    let named = generics.params.is_empty().then(|| {
        quote! {
            type __Addr = __p::write_actor_on_the_trait_or_import_its_address!(#protocol_address);
        }
    });
    let renamed = quote!(__Addr);
    let protocol_address = if named.is_some() { &renamed } else { protocol_address };
    let crate_path = crate_path(protocol_impl.crate_path.as_ref(), span::hidden());
    let place = span::hidden_at(protocol_impl.ident.span());
    let (params, ..) = generics.split_for_impl();
    let bounds = super::bounds(generics.where_clause.as_ref());
    // See `where_addressed`: a missing name is the only reported error.
    let clause = quote!(where #bounds #address: __p::Sized, #protocol_address: __p::Sized);
    // An actor without its own block is reported once. If the address is missing too, the block is not
    // reported, because the compiler does not check a head with an unknown name, here in the argument
    // of the trait. (It must not be in the type: the overlap check of another crate does not resolve
    // `<RobotAddr as TypedAddr>::Actor`.) With generics, the missing block is detected in the body of
    // `lend`, because a bound would hide the errors of the block.
    let at_actor = span::hidden_at(protocol_impl.name.span());
    let has_block = quote_spanned!(at_actor=> , #actor: __p::HasActorImpl);
    let (served, proved) = if generics.params.is_empty() {
        (quote!(<#address as __p::Named<#protocol_address>>::Type), Some(&has_block))
    } else {
        (quote!(#protocol_address), None)
    };
    let any = quote!(<#protocol_address as __p::TypedAddr>::Actor);
    let head = quote_spanned!(at_actor=> fn handle_boxed(__loan: __p::HandlerArgs<'_, Self, #any>) -> __p::BorrowingFuture<'_, Self>);
    // A handler's future that is not `Send` is detected here.
    let boxed = quote_spanned!(place=> (&&&__p::BoxProbe::<Self>::new()).boxed(__p::handle_borrowing(__loan, <Self as __p::ImplementsProtocol<#protocol_address>>::aborts)));
    let ways = expand_ways(protocol_impl);
    let aborts = expand_aborts(protocol_impl);
    let guards = expand_guards(protocol_impl, &clause);
    let checks = expand_checks(protocol_impl, &any);
    let is_open = expand_is_open(protocol_impl);
    let check = protocol_impl.missing.as_ref().map(bounds::expand_check);
    quote! {
        #(#forwarded)*
        const _: () = {
            use #crate_path::__private as __p;
            #named
            #[automatically_derived]
            impl #params __p::ImplementsProtocol<#served> for #actor #clause #proved {
                #head {
                    use __p::{ViaLocal as _, ViaUnknown as _, ViaSend as _};
                    #boxed
                }
                #ways
                #aborts
                #is_open
            }
            #guards
            #checks
            #check
            #[automatically_derived]
            impl #params __p::Converts<#address, #protocol_address> for __p::AddrConversion #clause #has_block {
                fn convert(__addr: #address) -> __p::Addr<#any> {
                    __p::adapt::<#actor, #any>(&__addr)
                }
            }
        };
    }
}
