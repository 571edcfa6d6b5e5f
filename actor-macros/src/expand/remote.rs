//! Layer 4, trait: the code of a protocol whose messages can leave the process. It names `actor_remote`.
//!
//! It must not bound a type in any place but the head of the impl: a type that cannot be serialized is
//! then reported once, at the type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::model::{Field, Message, Role, TraitHalf};
use crate::{names, span};

// Input:
//     #[actor(remote)]
//     trait Greeter { fn greet(&mut self, name: String) -> u32; }
// Output:
//     const _: () = {
//         use ::actor_remote::__private as __r;
//         const __GREET: __r::u64 = __r::method_id(&["Greeter", "greet", "name"]);
//         impl __r::Remote for AnyGreeter where String: __r::Wire, u32: __r::Wire {
//             const NAME: &'static __r::str = "Greeter";
//             fn encode(__message: GreeterMessage, __out: __r::Outgoing) -> __r::Encoded { .. }
//             fn deliver(__to: &GreeterAddr, __method: __r::u64, ..) -> __r::Delivery { .. }
//         }
//         impl __r::Serialize for GreeterAddr { .. }
//         impl<'de> __r::Deserialize<'de> for GreeterAddr { .. }
//     };
pub(super) fn expand_remote(half: &TraitHalf) -> Option<TokenStream> {
    let name = half.remote.as_ref()?;
    let protocol = &half.protocol;
    let (actor, address, forwarded) = (&protocol.actor, &protocol.address, &protocol.forwarded);
    let message = span::on(&protocol.message, span::hidden());
    let all = || protocol.messages.iter();
    let ids = all().map(|it| {
        let (id, method) = (id(it), names::unraw(&it.name));
        let arguments = fields(it).map(|field| names::unraw(&field.name));
        quote!(const #id: __r::u64 = __r::method_id(&[#name, #method, #(#arguments),*]);)
    });
    let bounds = all().filter(|it| it.attrs.cfgs.is_empty()).map(|it| {
        let types = fields(it).map(|field| &field.ty);
        let reply = &it.reply.ty;
        quote!(#(#types: __r::Wire,)* #reply: __r::Wire,)
    });
    let encode = all().map(|it| {
        let (cfgs, variant, id, method) =
            (&it.attrs.cfgs, &it.variant, id(it), names::unraw(&it.name));
        let names: Vec<_> = fields(it).map(|field| &field.name).collect();
        quote! {
            #(#cfgs)*
            #message::#variant { #(#names,)* __reply } => {
                __out.message(#method, #id, &(#(#names,)*), __reply.into_reply())
            }
        }
    });
    let deliver = all().map(|it| {
        let (cfgs, id, method) = (&it.attrs.cfgs, id(it), &it.name);
        let names: Vec<_> = fields(it).map(|field| &field.name).collect();
        let types = fields(it).map(|field| &field.ty);
        quote! {
            #(#cfgs)*
            #id => match __body.read::<(#(#types,)*)>() {
                __r::Ok((#(#names,)*)) => __back.call(#address::#method(__to, #(#names,)*)),
                __r::Err(__refusal) => __back.refuse(__refusal),
            },
        }
    });
    Some(quote! {
        #(#forwarded)*
        const _: () = {
            use ::actor_remote::__private as __r;
            #(#[allow(dead_code)] #ids)*
            #[automatically_derived]
            #[allow(deprecated, unused_variables, unused_parens, clippy::min_ident_chars)]
            impl __r::Remote for #actor where #(#bounds)* {
                const NAME: &'static __r::str = #name;
                fn encode(__message: #message, __out: __r::Outgoing) -> __r::Encoded {
                    match __message { #(#encode)* }
                }
                fn deliver(
                    __to: &#address,
                    __method: __r::u64,
                    __body: __r::Body<'_>,
                    __back: __r::Back,
                ) -> __r::Delivery {
                    match __method {
                        #(#deliver)*
                        _ => __back.unknown(#name),
                    }
                }
            }
            #[automatically_derived]
            impl __r::Serialize for #address {
                fn serialize<__S: __r::Serializer>(
                    &self,
                    __serializer: __S,
                ) -> __r::Result<__S::Ok, __S::Error> {
                    __r::write_address::<#actor, __S>(self, __serializer)
                }
            }
            #[automatically_derived]
            impl<'de> __r::Deserialize<'de> for #address {
                fn deserialize<__D: __r::Deserializer<'de>>(
                    __deserializer: __D,
                ) -> __r::Result<Self, __D::Error> {
                    __r::read_address::<#actor, __D>(__deserializer)
                }
            }
        };
    })
}

/// The constant with the id of a message.
fn id(message: &Message) -> Ident {
    format_ident!("__{}", names::unraw(&message.name).to_uppercase(), span = span::hidden())
}

/// The arguments that the caller gives.
fn fields(message: &Message) -> impl Iterator<Item = &Field> {
    message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some(&**field),
        _ => None,
    })
}
