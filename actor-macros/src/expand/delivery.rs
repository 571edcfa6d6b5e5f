//! Layer 4, impl half: the settings of messages, for the mailbox and the run loop.
//!
//! It must not add anything to an actor whose messages have no settings.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::message;
use crate::model::{Forwarded, Guard, Message, MessageOptions, Protocol, Role};
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

/// Returns the name of the function that evaluates a guard.
fn guard_fn(handler: &Ident) -> Ident {
    names::identifier(&format!("__when_{}", names::unraw(handler)), span::hidden())
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
//             StoreMessage::Take { ref amount, .. } => Self::__when_take(self, amount),
//             _ => <Self as __p::Dispatch>::as_protocol(__message).is_none_or(|__it| __it.guard_holds(self)),
//         }
//     }
pub(super) fn expand_ready(protocol: &Protocol) -> Option<TokenStream> {
    guarded(protocol).next()?;
    let arms = guarded(protocol).map(|(message, _)| expand_guard_call(protocol, message));
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

// Output: StoreMessage::Take { ref amount, .. } => Self::__when_take(self, amount),
fn expand_guard_call(protocol: &Protocol, message: &Message) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let (cfgs, variant, guard_fn) =
        (&message.attrs.cfgs, &message.variant, guard_fn(&message.name));
    let fields = message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some((&arg.cfgs, &field.name)),
        _ => None,
    });
    let (patterns, values): (Vec<_>, Vec<_>) = fields
        .map(|(cfgs, name)| (quote!(#(#cfgs)* ref #name,), quote!(, #(#cfgs)* #name)))
        .unzip();
    quote! {
        #(#cfgs)*
        #ident::#variant { #(#patterns)* .. } => Self::#guard_fn(self #(#values)*),
    }
}

// Output:
//     impl Store {
//         fn __when_take(&self, amount: &u32) -> __p::bool { self.free >= *amount }
//     }
//
// One function for each guard, with the `self` of its handler, so that a guard which a
// `macro_rules!` macro has written finds its own `self`.
pub(super) fn expand_guards(protocol: &Protocol) -> Option<TokenStream> {
    guarded(protocol).next()?;
    let actor = &protocol.actor;
    let (params, _, clause) = protocol.generics.split_for_impl();
    let guards = guarded(protocol)
        .map(|(message, guard)| expand_guard(&message.attrs, &message.name, guard));
    Some(quote! {
        #[allow(
            deprecated, unused_variables, unused_braces, unused_parens, clippy::ptr_arg, clippy::borrowed_box, clippy::ref_option,
            clippy::trivially_copy_pass_by_ref, clippy::unused_self, clippy::type_complexity,
            clippy::missing_const_for_fn, clippy::too_many_arguments, clippy::min_ident_chars,
        )]
        impl #params #actor #clause {
            #(#guards)*
        }
    })
}

/// Returns the function of one guard.
fn expand_guard(attrs: &Forwarded, name: &Ident, guard: &Guard) -> TokenStream {
    let Guard { key, expr, receiver, params } = guard;
    let (cfgs, guard_fn) = (&attrs.cfgs, guard_fn(name));
    let lints = attrs.others.iter().filter(|it| !it.path().is_ident("deprecated"));
    let params = params.iter().map(|(cfgs, pat, ty)| quote!(, #(#cfgs)* #pat: &#ty));
    // A condition that is not a `bool` is reported at the condition.
    let output = span::moved_all(quote!(__p::bool), span::hidden_at(key.span()));
    quote! {
        #(#cfgs)*
        #(#lints)*
        fn #guard_fn(&#receiver #(#params)*) -> #output {
            #expr
        }
    }
}

/// Returns the pattern of a message: `#[cfg(..)] MotorMessage::Halt { .. }`.
fn pattern(protocol: &Protocol, message: &Message) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
    quote!(#(#cfgs)* #ident::#variant { .. })
}
