//! Layer 4, impl half: the settings of messages, for the mailbox and the run loop.
//!
//! It must not add anything to an actor whose messages have no settings.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::message;
use crate::model::{Guard, Message, MessageOptions, Protocol, Role};
use crate::{names, span};

// Input:  #[message(priority)] fn halt(&mut self)
// Output:
//     fn delivery_of(__message: &MotorMessage) -> __p::Delivery {
//         match *__message {
//             MotorMessage::Halt { .. } =>
//                 __p::Delivery { priority: true, unbounded: false, guarded: false },
//             _ => __p::Delivery { priority: false, unbounded: false, guarded: false },
//         }
//     }
pub(super) fn expand_way(protocol: &Protocol) -> Option<TokenStream> {
    let is_special = |message: &&Message| message.options.priority || message.options.unbounded;
    let arms: Vec<_> = protocol
        .messages
        .iter()
        .filter(is_special)
        .map(|message| {
            let (pattern, way) = (pattern(protocol, message), expand_one_way(&message.options));
            quote!(#pattern => #way,)
        })
        .collect();
    if arms.is_empty() {
        return None;
    }
    let message_type = message::enum_type(protocol);
    let usual = expand_one_way(&MessageOptions::default());
    Some(quote! {
        fn delivery_of(__message: &#message_type) -> __p::Delivery {
            match *__message {
                #(#arms)*
                _ => #usual,
            }
        }
    })
}

pub(super) fn expand_one_way(options: &MessageOptions) -> TokenStream {
    let MessageOptions { priority, unbounded, guard, .. } = options;
    let guarded = guard.is_some();
    quote!(__p::Delivery { priority: #priority, unbounded: #unbounded, guarded: #guarded })
}

/// Returns whether any message may be handled concurrently with others.
pub(super) fn is_shared(protocol: &Protocol) -> bool {
    protocol.messages.iter().any(|message| message.options.concurrent)
}

// Output:
//     fn is_concurrent(__message: &IndexMessage) -> __p::bool {
//         match *__message { IndexMessage::LookUp { .. } => true, _ => false }
//     }
pub(super) fn expand_is_concurrent(protocol: &Protocol) -> Option<TokenStream> {
    let shared = protocol.messages.iter().filter(|message| message.options.concurrent);
    let arms: Vec<_> = shared.map(|message| pattern(protocol, message)).collect();
    if arms.is_empty() {
        return None;
    }
    let message_type = message::enum_type(protocol);
    Some(quote! {
        #[allow(clippy::match_like_matches_macro)]
        fn is_concurrent(__message: &#message_type) -> __p::bool {
            match *__message {
                #(#arms => true,)*
                _ => false,
            }
        }
    })
}

fn guarded(protocol: &Protocol) -> impl Iterator<Item = (&Message, &Guard)> {
    let messages = protocol.messages.iter();
    messages.filter_map(|message| Some((message, message.options.guard.as_ref()?)))
}

// Output: const HAS_GUARDS: __p::bool = true;
//     or: nothing, if there is no guard.
pub(super) fn expand_guarded(protocol: &Protocol) -> TokenStream {
    if guarded(protocol).next().is_none() {
        return TokenStream::new();
    }
    quote!(
        const HAS_GUARDS: __p::bool = true;
    )
}

// Input:  #[message(when = self.free >= *amount)] fn take(&mut self, amount: u32)
// Output:
//     fn guard_holds(&self, __message: &StoreMessage) -> __p::bool {
//         match *__message {
//             StoreMessage::Take { .. } => <Self as __p::Guard<0>>::guard_holds(self, __message),
//             _ => <Self as __p::Dispatch>::as_protocol(__message).is_none_or(|__it| __it.guard_holds(self)),
//         }
//     }
pub(super) fn expand_ready(protocol: &Protocol) -> Option<TokenStream> {
    guarded(protocol).next()?;
    let arms = guarded(protocol).enumerate().map(|(index, (message, _))| {
        let pattern = pattern(protocol, message);
        quote!(#pattern => <Self as __p::Guard<#index>>::guard_holds(self, __message),)
    });
    let message_type = message::enum_type(protocol);
    Some(quote! {
        fn guard_holds(&self, __message: &#message_type) -> __p::bool {
            match *__message {
                #(#arms)*
                _ => <Self as __p::Dispatch>::as_protocol(__message).is_none_or(|__it| __it.guard_holds(self)),
            }
        }
    })
}

// Output:
//     impl __p::Guard<0> for Store {
//         fn guard_holds(&self, __message: &StoreMessage) -> __p::bool {
//             let StoreMessage::Take { amount: ref __field_0, .. } = *__message else { return true };
//             let amount: &u32 = __field_0;
//             self.free >= *amount
//         }
//     }
//
// One impl for each guard, with the `self` of its handler, so that a guard which a `macro_rules!` macro
// has written finds its own `self`. In an impl of a trait of another crate, the compiler does not
// propose `&mut self` to a guard that changes the state.
pub(super) fn expand_guards(protocol: &Protocol) -> Option<TokenStream> {
    guarded(protocol).next()?;
    let guards = guarded(protocol)
        .enumerate()
        .map(|(index, (message, guard))| expand_guard(protocol, index, message, guard));
    Some(quote!(#(#guards)*))
}

fn expand_guard(
    protocol: &Protocol,
    index: usize,
    message: &Message,
    guard: &Guard,
) -> TokenStream {
    let Guard { key, expr, receiver, params } = guard;
    let (params_of_impl, _, clause) = protocol.generics.split_for_impl();
    let (actor, message_type) = (&protocol.actor, message::enum_type(protocol));
    let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
    let ident = span::on(&protocol.message, span::hidden());
    let lints = message.attrs.others.iter().filter(|it| !it.path().is_ident("deprecated"));
    let fields = message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some(&field.name),
        _ => None,
    });
    let (patterns, arguments): (Vec<_>, Vec<_>) = fields
        .zip(params)
        .enumerate()
        .map(|(at, (field, (cfgs, pat, ty)))| {
            let place = names::identifier(&format!("__field_{at}"), span::hidden());
            (quote!(#(#cfgs)* #field: ref #place,), quote!(#(#cfgs)* let #pat: &#ty = #place;))
        })
        .unzip();
    // A condition that is not a `bool` is reported at the condition, and one that changes the state
    // together with this reference.
    let place = span::hidden_at(key.span());
    let (and, output) = (quote_spanned!(place=> &), quote_spanned!(place=> __p::bool));
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #[allow(
            deprecated, unused_variables, unused_braces, unused_parens, clippy::min_ident_chars,
            clippy::type_complexity,
        )]
        #(#lints)*
        impl #params_of_impl __p::Guard<#index> for #actor #clause {
            fn guard_holds(#and #receiver, __message: &#message_type) -> #output {
                let #ident::#variant { #(#patterns)* .. } = *__message else {
                    return true;
                };
                #(#arguments)*
                #expr
            }
        }
    }
}

/// Returns the pattern of a message: `#[cfg(..)] MotorMessage::Halt { .. }`.
fn pattern(protocol: &Protocol, message: &Message) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
    quote!(#(#cfgs)* #ident::#variant { .. })
}
