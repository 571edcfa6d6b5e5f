//! Layer 4, impl half: the methods of the address; every token has the span of the handler's name.
//!
//! It must not use a span of its own: see `span`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, LitStr};

use super::{fallback, message, send_check};
use crate::model::{Message, Protocol, Role};
use crate::span;

/// Expands `impl AccountAddr { .. }`, including rejected messages.
pub(super) fn expand_methods(protocol: &Protocol) -> TokenStream {
    if protocol.messages.is_empty() && protocol.rejected.is_empty() {
        return TokenStream::new();
    }
    let address = &protocol.address;
    let (params, _, clause) = protocol.generics.split_for_impl();
    let methods = protocol.messages.iter().map(|message| expand_method(protocol, message));
    let rejected = protocol.rejected.iter().map(|it| fallback::expand_rejected(protocol, it));
    // A message may come only from other nodes.
    let unused = protocol.remote.as_ref().map(|_| quote!(dead_code,));
    // Names, arguments and visibility are reported once, at the handler.
    quote! {
        #[allow(
            #unused deprecated, unreachable_pub, private_interfaces, unreachable_patterns,
            unused_qualifications, clippy::wrong_self_convention, clippy::should_implement_trait,
            clippy::same_name_method, clippy::too_many_arguments, clippy::min_ident_chars,
            clippy::many_single_char_names, clippy::missing_inline_in_public_items,
            clippy::pattern_type_mismatch, clippy::arbitrary_source_item_ordering,
        )]
        impl #params #address #clause {
            #(#methods)*
            #(#rejected)*
        }
    }
}

// Input:  pub async fn withdraw(&mut self, amount: u64) -> Result<u64, Insufficient>
// Output:
//     pub fn withdraw(&self, amount: u64) -> __p::Call<'_, Account, Result<u64, Insufficient>> {
//         __p::Call::__new(
//             self,
//             AccountMessage::Withdraw { amount, __reply: __p::ReplySlot::EMPTY },
//         )
//     }
fn expand_method(protocol: &Protocol, message: &Message) -> TokenStream {
    let place = message.name.span();
    let Message { attrs, vis, name, .. } = message;
    let actor = span::moved_all(protocol.actor.clone(), place);
    let message_type = message::enum_path(protocol, place);
    let variant = span::on(&message.variant, place);
    let reply = &message.reply.ty;
    let (cfgs, others) = (&attrs.cfgs, &attrs.others);
    let docs = if attrs.docs.is_empty() {
        let doc = LitStr::new(&format!("Sends {}.", message::link(protocol, message)), place);
        quote_spanned!(place=> #[doc = #doc])
    } else {
        let docs = &attrs.docs;
        quote!(#(#docs)*)
    };
    let mut parameters = TokenStream::new();
    let mut fields = TokenStream::new();
    for arg in &message.args {
        let Role::Field(field) = &arg.role else { continue };
        let (cfgs, ty) = (&arg.cfgs, &field.ty);
        let name = span::moved(&field.name, place);
        parameters.extend(quote_spanned!(place=> , #(#cfgs)* #name: #ty));
        fields.extend(match field.send_form.as_deref() {
            None => quote_spanned!(place=> #(#cfgs)* #name,),
            form => {
                let value = send_check::into_message(quote!(#name), ty, form);
                quote_spanned!(place=> #(#cfgs)* #name: #value,)
            }
        });
    }
    let (call, make, slot) = match message.reply.kind {
        kind if kind.is_stream() => ("StreamCall", "__new", "StreamSlot"),
        _ if message.is_answered_in_turn() => ("Call", "__new", "ReplySlot"),
        _ => ("Call", "__indirect", "ReplySlot"),
    };
    let [call, make, slot] = [call, make, slot].map(|name| Ident::new(name, place));
    quote_spanned! {place=>
        #(#cfgs)*
        #docs
        #(#others)*
        #vis fn #name(&self #parameters) -> __p::#call<'_, #actor, #reply> {
            __p::#call::#make(
                self,
                #message_type::#variant { #fields __reply: __p::#slot::EMPTY },
            )
        }
    }
}
