//! Layer 4: the code of messages that can leave the process. It names `actor_remote`.
//!
//! It must not bound a type that can be checked: a type that cannot be serialized is reported once, at
//! the type.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Ident, parse_quote};

use super::{bounds, message, send_check};
use crate::model::{Field, Message, Protocol, Remote, RemoteMessage, Role};
use crate::{names, span};

// Input:
//     #[actor(remote)]
//     trait Greeter { fn greet(&mut self, name: String) -> u32; }
// Output:
//     const _: () = {
//         use ::actor_remote::__private as __r;
//         use __r::NotWire as _;
//         const _: () = __r::wire::<u32>();
//         const __WIRE_0: __r::bool = __r::WireCheck::<u32>::IS_WIRE;
//         const _: () = __r::wire::<String>();
//         const __WIRE_1: __r::bool = __r::WireCheck::<String>::IS_WIRE;
//         const __ID_greet: __r::u64 = 0x1f..;
//         impl __r::Remote for AnyGreeter {
//             const NAME: &'static __r::str = "Greeter";
//             fn encode(__message: GreeterMessage, __out: __r::Outgoing) -> .. { .. }
//             fn deliver(__to: &GreeterAddr, __method: __r::u64, ..) -> __r::Delivery { .. }
//             fn methods<__V: __r::Visit>(__visit: &mut __V) { .. }
//         }
//         impl __r::Serialize for GreeterAddr { .. }
//         impl<'de> __r::Deserialize<'de> for GreeterAddr { .. }
//     };
//
// `__r::wire::<T>()` is the check of a type. All other code accepts any type, with the constant
// that says whether the type has passed. Each type is checked once, however often it is written.
pub(super) fn expand_remote(protocol: &Protocol, remote: &Remote) -> TokenStream {
    let path = match &remote.crate_path {
        Some(path) => span::moved_all(path.clone(), span::hidden()),
        None => quote!(::actor_remote),
    };
    let (all, checks) = wired(protocol, remote);
    let ids = all.iter().map(Wired::constant);
    let implementation = implementation(protocol, remote, &all);
    let address = address(protocol, remote);
    quote! {
        const _: () = {
            use #path::__private as __r;
            #[allow(unused_imports)]
            use __r::NotWire as _;
            #checks
            #(#ids)*
            #implementation
            #address
        };
    }
}

fn implementation(protocol: &Protocol, remote: &Remote, all: &[Wired<'_>]) -> TokenStream {
    let (name, actor, address) = (&remote.name, &protocol.actor, &protocol.address);
    let (params, _, _) = protocol.generics.split_for_impl();
    let bounds = wire_bounds(protocol, remote);
    let message_type = message::enum_type(protocol);
    let message = message::enum_path(protocol, span::hidden());
    let encode = all.iter().map(|it| it.encode(&message));
    let foreign = message::is_actor(protocol)
        .then(|| quote!(__it @ #message::__Protocol(_) => __r::Err(__it),));
    let deliver = all.iter().map(|it| it.deliver(address));
    let methods = all.iter().map(Wired::visit);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables, clippy::min_ident_chars)]
        impl #params __r::Remote for #actor where #bounds {
            const NAME: &'static __r::str = #name;
            fn encode(
                __message: #message_type,
                __out: __r::Outgoing,
            ) -> __r::Result<__r::Encoded, #message_type> {
                match __message { #(#encode)* #foreign }
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
            fn methods<__V: __r::Visit>(__visit: &mut __V) {
                #(#methods)*
            }
        }
    }
}

/// Returns the bounds of the block, and the bound that its parameters can leave the process.
///
/// A bound on each type of a message would be a cycle if a message has the address of its own actor.
fn wire_bounds(protocol: &Protocol, remote: &Remote) -> TokenStream {
    let own = bounds(protocol.generics.where_clause.as_ref());
    let parameters = &remote.parameters;
    quote!(#own #(#parameters: __r::Wire,)*)
}

/// Implements `Serialize` and `Deserialize` for the address, so that it can be an argument.
fn address(protocol: &Protocol, remote: &Remote) -> TokenStream {
    let (actor, address) = (&protocol.actor, &protocol.address);
    let (params, _, _) = protocol.generics.split_for_impl();
    let mut with_lifetime = protocol.generics.clone();
    with_lifetime.params.insert(0, parse_quote!('de));
    let (params_of_read, _, _) = with_lifetime.split_for_impl();
    let bounds = wire_bounds(protocol, remote);
    quote! {
        #[automatically_derived]
        impl #params __r::Serialize for #address where #bounds {
            fn serialize<__S: __r::Serializer>(
                &self,
                __serializer: __S,
            ) -> __r::Result<__S::Ok, __S::Error> {
                __r::write_address::<#actor, __S>(self, __serializer)
            }
        }
        #[automatically_derived]
        impl #params_of_read __r::Deserialize<'de> for #address where #bounds {
            fn deserialize<__D: __r::Deserializer<'de>>(
                __deserializer: __D,
            ) -> __r::Result<Self, __D::Error> {
                __r::read_address::<#actor, __D>(__deserializer)
            }
        }
    }
}

/// A message, with the facts that another node knows about it.
struct Wired<'a> {
    message: &'a Message,
    remote: &'a RemoteMessage,
    reply: Carried<'a>,
    fields: Vec<(&'a Ident, Carried<'a>)>,
}

/// The type of a reply or an argument.
struct Carried<'a> {
    written: &'a TokenStream,
    /// The type in the form in which the message stores it.
    stored: TokenStream,
    /// Whether another check ensures that the type is `Send`.
    is_checked: bool,
    /// The argument for a parameter that says whether the type has passed the check.
    is_wire: TokenStream,
}

/// Returns the messages, and the checks of their types.
fn wired<'a>(protocol: &'a Protocol, remote: &'a Remote) -> (Vec<Wired<'a>>, TokenStream) {
    let mut checks = Checks::default();
    let all = protocol.messages.iter().zip(&remote.messages).map(|(message, remote)| {
        let mut are_generic = remote.are_generic.iter().copied();
        let mut carried = |written: &'a TokenStream, form: Option<&str>| {
            let (stored, is_checked) = (send_check::stored(written, form), form.is_some());
            let is_wire = match are_generic.next().unwrap_or(false) {
                true => quote!(true),
                false => {
                    let unchecked = (!is_checked).then_some(written);
                    checks.flag(&message.attrs.cfgs, &stored, unchecked).into_token_stream()
                }
            };
            Carried { written, stored, is_checked, is_wire }
        };
        let reply = carried(&message.reply.ty, message.reply.send_form.as_deref());
        let fields = fields(message)
            .map(|field| (&field.name, carried(&field.ty, field.send_form.as_deref())))
            .collect();
        Wired { message, remote, reply, fields }
    });
    let all = all.collect();
    (all, checks.code)
}

/// The checks of types, each with the constant that says whether the type has passed.
#[derive(Default)]
struct Checks {
    /// The constants, by the `#[cfg]` of their message and their type.
    flags: HashMap<String, Ident>,
    code: TokenStream,
}

impl Checks {
    /// Returns the constant of the type. `unchecked` is the type as it was written, if no other check
    /// reports it.
    fn flag(
        &mut self,
        cfgs: &[Attribute],
        stored: &TokenStream,
        unchecked: Option<&TokenStream>,
    ) -> Ident {
        let key = quote!(#(#cfgs)* #stored).to_string();
        let number = self.flags.len();
        if let Some(flag) = self.flags.get(&key) {
            return flag.clone();
        }
        let flag = format_ident!("__WIRE_{}", number, span = span::hidden());
        let check = unchecked
            .map(|ty| quote!(#(#cfgs)* #[allow(deprecated)] const _: () = __r::wire::<#ty>();));
        self.code.extend(quote! {
            #check
            #(#cfgs)*
            #[allow(deprecated)]
            const #flag: __r::bool = __r::WireCheck::<#stored>::IS_WIRE;
        });
        self.flags.insert(key, flag.clone());
        flag
    }
}

impl Wired<'_> {
    /// Returns the name of the constant with the id.
    fn id(&self) -> Ident {
        format_ident!("__ID_{}", names::unraw(&self.message.name), span = span::hidden())
    }

    fn constant(&self) -> TokenStream {
        let (cfgs, name, id) = (&self.message.attrs.cfgs, self.id(), self.remote.id);
        quote! {
            #(#cfgs)*
            #[allow(non_upper_case_globals)]
            const #name: __r::u64 = #id;
        }
    }

    fn encode(&self, message: &TokenStream) -> TokenStream {
        let (cfgs, variant, id) = (&self.message.attrs.cfgs, &self.message.variant, self.id());
        let method = names::unraw(&self.message.name);
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        let types = self.fields.iter().map(|(_, ty)| ty.field());
        let (reply, is_wire) = (&self.reply.stored, &self.reply.is_wire);
        let (form, end) = match self.message.reply.kind.is_stream() {
            false => (quote!(message), quote!(into_reply)),
            true => (quote!(stream), quote!(into_replies)),
        };
        quote! {
            #(#cfgs)*
            #message::#variant { #(#names,)* __reply } => {
                __r::Ok(__out.#form::<_, #reply, #is_wire>(
                    #method,
                    #id,
                    &(#(<#types>::new(#names),)*),
                    __reply.#end(),
                ))
            }
        }
    }

    fn deliver(&self, address: &TokenStream) -> TokenStream {
        let (cfgs, id, method) = (&self.message.attrs.cfgs, self.id(), &self.message.name);
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        let values = self.fields.iter().map(|(name, ty)| match ty.is_checked {
            false => quote!(#name.into_inner()),
            true => ty.written_value(&quote!(#name.into_inner())),
        });
        let types = self.fields.iter().map(|(_, ty)| ty.field());
        let is_wire = &self.reply.is_wire;
        let call = quote!(<#address>::#method(__to, #(#values),*));
        let sent = match self.message.reply.kind.is_stream() {
            false => quote!(__back.call::<_, _, #is_wire>(__to, #call)),
            true => quote!(__back.stream::<_, _, #is_wire>(#call)),
        };
        quote! {
            #(#cfgs)*
            #id => match __body.read::<(#(#types,)*)>() {
                __r::Ok((#(#names,)*)) => #sent,
                __r::Err(__refusal) => __back.refuse(__refusal),
            },
        }
    }

    fn visit(&self) -> TokenStream {
        let (cfgs, id) = (&self.message.attrs.cfgs, self.id());
        let (method, version) = (names::unraw(&self.message.name), self.remote.version);
        let names = self.fields.iter().map(|(name, _)| names::unraw(name));
        let types = self.fields.iter().map(|(_, ty)| ty.field());
        let reply = self.reply.field();
        let form = match self.message.reply.kind.is_stream() {
            false => quote!(method),
            true => quote!(stream),
        };
        quote! {
            #(#cfgs)*
            __visit.#form::<(#(#types,)*), #reply>(#method, #id, #version, &[#(#names),*]);
        }
    }
}

impl Carried<'_> {
    fn field(&self) -> TokenStream {
        let (ty, is_wire) = (&self.stored, &self.is_wire);
        quote!(__r::Field<#ty, #is_wire>)
    }

    fn written_value(&self, value: &TokenStream) -> TokenStream {
        send_check::from_message(value.clone(), self.written, Some(""))
    }
}

/// Returns the arguments that the caller passes.
fn fields(message: &Message) -> impl Iterator<Item = &Field> {
    message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some(&**field),
        _ => None,
    })
}
