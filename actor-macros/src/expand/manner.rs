//! Floor 4, impl half: what the settings of the messages tell the mailbox and the run loop.
//!
//! It must not add anything to an actor whose messages have no settings.

use proc_macro2::TokenStream;
use quote::quote;

use super::message;
use crate::model::{Message, Protocol};
use crate::span;

// Input:  #[message(priority)] fn halt(&mut self)
// Output:
//     fn way(__message: &MotorMessage) -> __p::Way {
//         match *__message {
//             MotorMessage::Halt { .. } => __p::Way { priority: true, unbounded: false },
//             _ => __p::Way { priority: false, unbounded: false },
//         }
//     }
pub(super) fn expand_way(protocol: &Protocol) -> Option<TokenStream> {
    let is_special = |message: &&Message| message.manner.priority || message.manner.unbounded;
    let arms: Vec<_> = protocol
        .messages
        .iter()
        .filter(is_special)
        .map(|message| {
            let pattern = pattern(protocol, message);
            let (priority, unbounded) = (message.manner.priority, message.manner.unbounded);
            quote!(#pattern => __p::Way { priority: #priority, unbounded: #unbounded },)
        })
        .collect();
    if arms.is_empty() {
        return None;
    }
    let me = message::enum_type(protocol);
    Some(quote! {
        #[allow(unreachable_patterns)]
        fn way(__message: &#me) -> __p::Way {
            match *__message {
                #(#arms)*
                _ => __p::Way { priority: false, unbounded: false },
            }
        }
    })
}

/// `#[cfg(..)] MotorMessage::Halt { .. }`
fn pattern(protocol: &Protocol, message: &Message) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
    quote!(#(#cfgs)* #ident::#variant { .. })
}
