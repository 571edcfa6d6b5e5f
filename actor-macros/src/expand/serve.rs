//! Layer 4, protocols: the items for a trait's messages, and for an actor that implements it.
//!
//! It must not know whether a handler's future is `Send`: that is proved on each actor.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::GenericParam;

use super::{dispatch, krate, manner, message};
use crate::model::{ActorType, Guard, Manner, Message, Protocol, Role, Service, Tuned};
use crate::{names, span};

// Input:  #[actor] pub trait Greeter<T> { .. }
// Output:
//     /// Any actor that implements [`Greeter`], in types such as `WeakAddr<AnyGreeter>`.
//     pub struct AnyGreeter<T>(::actor_core::__private::Nobody<(*const T,)>);
pub(super) fn expand_stand_in(actor: &ActorType) -> TokenStream {
    let ActorType { cfgs, carried, vis, ident, generics, .. } = actor;
    let krate = krate(actor.krate.as_ref(), span::hidden());
    let shown = names::plain(&actor.shown);
    let doc =
        format!("Any actor that implements [`{shown}`], in types such as `WeakAddr<{ident}>`.");
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
        #(#carried)*
        #[doc = #doc]
        #[allow(dead_code, missing_debug_implementations)]
        #vis struct #ident #params (#krate::__private::Nobody<(#(*const #used,)*)>) #clause;
    }
}

// Output:
//     impl<__A> __p::Serve<__A> for AnyGreeter where __A: Greeter + __p::Dispatch {
//         fn show(__message: &GreeterMessage, __ask: impl __p::FnOnce(..) -> ..) -> __p::bool { .. }
//         fn is_later(__message: &GreeterMessage) -> __p::bool { .. }
//         fn now(__actor: .., __message: .., __context: ..) -> __p::Flow { match __message { .. } }
//         fn later(..) -> impl __p::Future<Output = __p::Flow> { async move { match __message { .. } } }
//     }
pub(super) fn expand_serve(protocol: &Protocol, of_trait: &TokenStream) -> TokenStream {
    let any = &protocol.actor;
    let krate = krate(protocol.krate.as_ref(), span::hidden());
    let mut generics = protocol.generics.clone();
    let served = syn::TypeParam::from(proc_macro2::Ident::new("__A", span::hidden()));
    generics.params.push(GenericParam::Type(served));
    let (params, ..) = generics.split_for_impl();
    let bounds = super::bounds(generics.where_clause.as_ref());
    let me = message::enum_type(protocol);
    let arms = |later: bool| {
        let all = protocol.messages.iter().filter(move |message| message.is_async == later);
        all.map(|message| dispatch::expand_arm(protocol, message))
    };
    let (now, later): (Vec<_>, Vec<_>) = (arms(false).collect(), arms(true).collect());
    let probe = dispatch::expand_probe(protocol);
    let body = |arms: &[TokenStream]| {
        quote! {
            let __p::Some(__me) = __actor else { return __p::Flow::Done };
            match __message {
                #(#arms)*
                _ => {}
            }
            __p::Flow::Done
        }
    };
    let now = body(&now);
    let shown = protocol.messages.iter().map(|message| expand_shown(protocol, message));
    let later = (!later.is_empty()).then(|| {
        let is_async = |message: &&Message| message.is_async;
        let marks = protocol.messages.iter().filter(is_async).map(|message| {
            let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
            let ident = span::on(&protocol.message, span::hidden());
            quote!(#(#cfgs)* #ident::#variant { .. } => true,)
        });
        let body = body(&later);
        quote! {
            fn is_later(__message: &#me) -> __p::bool {
                match *__message { #(#marks)* _ => false }
            }
            fn later(
                __actor: &mut __p::Option<__A>,
                __message: #me,
                __context: &#krate::Context<__A>,
            ) -> impl __p::Future<Output = __p::Flow> {
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
        impl #params __p::Serve<__A> for #any
        where
            #bounds __A: #of_trait + __p::Dispatch,
        {
            fn show(
                __message: &#me,
                __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
            ) -> __p::bool {
                match *__message {
                    #(#shown)*
                    _ => __ask(&[]),
                }
            }
            fn now(
                __actor: &mut __p::Option<__A>,
                __message: #me,
                __context: &#krate::Context<__A>,
            ) -> __p::Flow {
                #probe
                #now
            }
            #later
        }
    }
}

// Output:
//     GreeterMessage::Greet { ref name, .. } => __ask(&[name]),
fn expand_shown(protocol: &Protocol, message: &Message) -> Option<TokenStream> {
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
//     impl __p::Guards<GreeterAddr, 0> for Robot {
//         fn is_open(&self, __arguments: &mut __p::Arguments<'_>) -> __p::bool {
//             let name: &String = __arguments.take();
//             self.awake
//         }
//     }
//
// An impl a guard, with the `self` of its handler: see `manner::expand_guards`.
fn expand_guards(service: &Service, clause: &TokenStream) -> Option<TokenStream> {
    let Service { generics, actor, served, .. } = service;
    let (params, ..) = generics.split_for_impl();
    let all: Vec<_> = guards(service).enumerate().collect();
    let guards = all.into_iter().map(|(index, (tuned, guard))| {
        let Guard { key, expr, me, params: arguments } = guard;
        let cfgs = &tuned.attrs.cfgs;
        let lints = tuned.attrs.others.iter().filter(|it| !it.path().is_ident("deprecated"));
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
            impl #params __p::Guards<#served, #index> for #actor #clause {
                fn is_open(&#me, __arguments: &mut __p::Arguments<'_>) -> #output {
                    #(#arguments)*
                    #expr
                }
            }
        }
    });
    Some(quote!(#(#guards)*))
}

/// The methods with a guard.
fn guards(service: &Service) -> impl Iterator<Item = (&Tuned, &Guard)> {
    service.tuned.iter().filter_map(|tuned| Some((tuned, tuned.manner.guard.as_ref()?)))
}

// Output:
//     fn is_open(&self, __name: &__p::str, __arguments: &mut __p::Arguments<'_>) -> __p::bool {
//         match __name {
//             "greet" => <Self as __p::Guards<GreeterAddr, 0>>::is_open(self, __arguments),
//             _ => true,
//         }
//     }
fn expand_is_open(service: &Service) -> Option<TokenStream> {
    guards(service).next()?;
    let served = &service.served;
    let arms = guards(service).enumerate().map(|(index, (tuned, _))| {
        let (cfgs, name) = (&tuned.attrs.cfgs, names::plain(&tuned.name));
        quote! {
            #(#cfgs)*
            #name => <Self as __p::Guards<#served, #index>>::is_open(self, __arguments),
        }
    });
    Some(quote! {
        fn is_open(&self, __name: &__p::str, __arguments: &mut __p::Arguments<'_>) -> __p::bool {
            match __name {
                #(#arms)*
                _ => true,
            }
        }
    })
}

// Input:  #[message(priority)] fn helper(&self) { .. }
// Output: const _: () = __p::check_message(<AnyGreeter as __p::Protocol>::HELPERS, "helper", "..");
//
// Only the trait knows what is a message. With generics a constant cannot name it.
fn expand_checks(service: &Service, any: &TokenStream) -> Option<TokenStream> {
    let protocol = names::plain(&service.ident);
    let checks = service.marked.iter().map(|(cfgs, ident)| {
        let name = names::plain(ident);
        let text = format!("`{name}` is not a message of `{protocol}`; remove its settings");
        let place = span::hidden_at(ident.span());
        let check = quote_spanned! {place=>
            __p::check_message(<#any as __p::Protocol>::HELPERS, #name, #text)
        };
        quote!(#(#cfgs)* const _: () = #check;)
    });
    service.generics.params.is_empty().then(|| quote!(#(#checks)*))
}

// Output:
//     fn way(__name: &__p::str) -> __p::Way {
//         match __name {
//             "greet" => __p::Way { priority: true, unbounded: false, guarded: false },
//             _ => __p::Way { priority: false, unbounded: false, guarded: false },
//         }
//     }
fn expand_ways(service: &Service) -> Option<TokenStream> {
    if service.tuned.is_empty() {
        return None;
    }
    let arms = service.tuned.iter().map(|Tuned { attrs, name, manner }| {
        let (cfgs, way) = (&attrs.cfgs, manner::expand_one_way(manner));
        let name = names::plain(name);
        quote!(#(#cfgs)* #name => #way,)
    });
    let usual = manner::expand_one_way(&Manner::default());
    Some(quote! {
        fn way(__name: &__p::str) -> __p::Way {
            match __name {
                #(#arms)*
                _ => #usual,
            }
        }
    })
}

// Input:  #[actor] impl Greeter for Robot { .. }
// Output:
//     impl __p::Serves<GreeterAddr> for Robot { .. }
//     impl __p::From<RobotAddr> for GreeterAddr { .. }
pub(super) fn expand_service(service: &Service) -> TokenStream {
    let Service { carried, generics, actor, address, served, .. } = service;
    let krate = krate(service.krate.as_ref(), span::hidden());
    let place = span::hidden_at(service.ident.span());
    let (params, ..) = generics.split_for_impl();
    let bounds = super::bounds(generics.where_clause.as_ref());
    // See `where_addressed`: a missing name is the only reported error.
    let clause = quote!(where #bounds #address: __p::Sized, #served: __p::Sized);
    // An actor without its own block is reported once, and not at all if the address is missing
    // too, because a head with an unknown name is not checked. With generics, it is detected
    // in the body of `lend`: a bound would hide the errors of the block.
    let at_actor = span::hidden_at(service.name.span());
    let has_block = quote_spanned!(at_actor=> , #actor: __p::HasBlock);
    let (found, proved) = if generics.params.is_empty() {
        (quote!(<#address as #krate::Address>::Actor), Some(&has_block))
    } else {
        (actor.clone(), None)
    };
    let any = quote!(<#served as #krate::Address>::Actor);
    let head = quote_spanned!(at_actor=> fn lend(__loan: __p::Loan<'_, Self, #any>) -> __p::Borrowing<'_, Self>);
    // A handler's future that is not `Send` is detected here.
    let boxed = quote_spanned!(place=> (&&&__p::Lender::<Self>::new()).boxed(__p::lend(__loan)));
    let ways = expand_ways(service);
    let guards = expand_guards(service, &clause);
    let checks = expand_checks(service, &any);
    let is_open = expand_is_open(service);
    quote! {
        #(#carried)*
        const _: () = {
            use #krate::__private as __p;
            #[automatically_derived]
            impl #params __p::Serves<#served> for #found #clause #proved {
                #head {
                    use __p::{BoxedHere as _, BoxedNowhere as _, BoxedSend as _};
                    #boxed
                }
                #ways
                #is_open
            }
            #guards
            #checks
            #[automatically_derived]
            impl #params __p::From<#address> for #served #clause #has_block {
                fn from(__addr: #address) -> Self {
                    __p::From::from(__p::bridge::<#actor, #any>(&__addr))
                }
            }
        };
    }
}
