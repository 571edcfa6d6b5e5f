//! Layer 4: the code of messages that can leave the process. It names `actor_remote`.
//!
//! It must not bound a type that can be checked: a type that cannot be serialized is reported once, at
//! the type.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Ident, parse_quote};

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
//         const _: () = { __r::wire::<String>(); __r::wire::<u32>(); };
//         impl __r::Remote for AnyGreeter {
//             const NAME: &'static __r::str = "Greeter";
//             const IDS: &'static [__r::u64] = &[0x1f..];
//             fn encode(__message: &mut GreeterMessage, __out: &mut __r::Outgoing) -> __r::bool { .. }
//             fn decode<__S: __r::Source>(__id: __r::u64, __source: &mut __S) -> .. { .. }
//         }
//         impl __r::Serialize for GreeterAddr { .. }
//         impl<'de> __r::Deserialize<'de> for GreeterAddr { .. }
//     };
//
// `__r::wire::<T>()` is the check of a type, once however often the type is written. All other code
// accepts any type, by functions of `__r::WireCheck::<T>`, which are compiled once for each type. The code
// of a message consists only of calls of them, because a protocol has many messages.
pub(super) fn expand_remote(protocol: &Protocol, remote: &Remote) -> TokenStream {
    let path = match &remote.crate_path {
        Some(path) => span::moved_all(path.clone(), span::hidden()),
        None => quote!(::actor_remote),
    };
    let (all, checks) = wired(protocol, remote);
    let implementation = implementation(protocol, remote, &all);
    let address = address(protocol, remote);
    quote! {
        const _: () = {
            use #path::__private as __r;
            #[allow(unused_imports)]
            use __r::NotWire as _;
            #checks
            #implementation
            #address
        };
    }
}

fn implementation(protocol: &Protocol, remote: &Remote, all: &[Wired<'_>]) -> TokenStream {
    let (name, actor) = (&remote.name, &protocol.actor);
    let (params, _, _) = protocol.generics.split_for_impl();
    let bounds = wire_bounds(protocol, remote);
    let message_type = message::enum_type(protocol);
    let message = message::enum_path(protocol, span::hidden());
    let ids = all.iter().map(|it| {
        let (cfgs, id) = (&it.message.attrs.cfgs, it.remote.id);
        quote!(#(#cfgs)* #id)
    });
    let encode = all.iter().map(|it| it.encode(&message));
    let foreign =
        message::is_actor(protocol).then(|| quote!(#message::__Protocol(_) => return false,));
    let decode = all.iter().map(|it| it.decode(&message));
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unreachable_code, clippy::min_ident_chars)]
        impl #params __r::Remote for #actor where #bounds {
            const NAME: &'static __r::str = #name;
            const IDS: &'static [__r::u64] = &[#(#ids),*];
            fn encode(__message: &mut #message_type, __out: &mut __r::Outgoing) -> __r::bool {
                match *__message { #(#encode)* #foreign }
                true
            }
            fn decode<__S: __r::Source>(
                __id: __r::u64,
                __source: &mut __S,
            ) -> __r::Option<#message_type> {
                match __id {
                    #(#decode)*
                    _ => {
                        __source.unknown();
                        __r::None
                    }
                }
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

/// A message, with the data that other nodes have about it.
struct Wired<'a> {
    message: &'a Message,
    remote: &'a RemoteMessage,
    reply: Carried,
    fields: Vec<(&'a Ident, Carried)>,
}

/// The type of a reply or an argument.
struct Carried {
    /// The type in the form in which the message stores it.
    stored: TokenStream,
    /// The check of a type that names a parameter of the block.
    check: Option<TokenStream>,
}

/// Returns the messages, and the checks of their types.
fn wired<'a>(protocol: &'a Protocol, remote: &'a Remote) -> (Vec<Wired<'a>>, TokenStream) {
    let mut checked = HashSet::new();
    let mut checks = TokenStream::new();
    let all = protocol.messages.iter().zip(&remote.messages).map(|(message, remote)| {
        let mut are_generic = remote.are_generic.iter().copied();
        let mut carried = |written: &TokenStream, form: Option<&str>| {
            let stored = send_check::stored(written, form);
            let cfgs = &message.attrs.cfgs;
            let check = quote!(#(#cfgs)* __r::wire::<#written>(););
            // Another check reports a type with a form.
            let check = form.is_none().then_some(check);
            if are_generic.next().unwrap_or(false) {
                return Carried { stored, check };
            }
            if let Some(check) = check
                && checked.insert(check.to_string())
            {
                checks.extend(check);
            }
            Carried { stored, check: None }
        };
        let reply = carried(&message.reply.ty, message.reply.send_form.as_deref());
        let fields = fields(message)
            .map(|field| (&field.name, carried(&field.ty, field.send_form.as_deref())))
            .collect();
        Wired { message, remote, reply, fields }
    });
    let all = all.collect();
    let checks =
        (!checks.is_empty()).then(|| quote!(#[allow(deprecated)] const _: () = { #checks };));
    (all, checks.unwrap_or_default())
}

impl Wired<'_> {
    fn encode(&self, message: &TokenStream) -> TokenStream {
        let (cfgs, variant, id) = (&self.message.attrs.cfgs, &self.message.variant, self.remote.id);
        let method = names::unraw(&self.message.name);
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        let types = self.fields.iter().map(|(_, ty)| &ty.stored);
        let count = Literal::usize_unsuffixed(names.len());
        let reply = &self.reply.stored;
        let put_reply = match self.message.reply.kind.is_stream() {
            false => quote!(put_reply),
            true => quote!(put_replies),
        };
        quote! {
            #(#cfgs)*
            #message::#variant { #(ref #names,)* ref mut __reply } => {
                __out.message(#method, #id, #count);
                #(__r::WireCheck::<#types>::put(__out, #names);)*
                __r::WireCheck::<#reply>::#put_reply(__out, __reply.take());
            }
        }
    }

    fn decode(&self, message: &TokenStream) -> TokenStream {
        let (cfgs, variant, id) = (&self.message.attrs.cfgs, &self.message.variant, self.remote.id);
        let (method, version) = (names::unraw(&self.message.name), self.remote.version);
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        let texts = self.fields.iter().map(|(name, _)| names::unraw(name));
        let types = self.fields.iter().map(|(_, ty)| &ty.stored);
        let checks = self.fields.iter().map(|(_, ty)| &ty.check).chain([&self.reply.check]);
        let checks = checks.flatten();
        let reply = &self.reply.stored;
        let (take, slot) = match self.message.reply.kind.is_stream() {
            false => (quote!(reply), quote!(ReplySlot)),
            true => (quote!(replies), quote!(StreamSlot)),
        };
        let reply = quote!(__r::WireCheck::<#reply>::#take(__source));
        // All arguments are visited, even by a source without values.
        let read = match names.is_empty() {
            true => quote!(let __reply = #reply;),
            false => quote! {
                let (#(__r::Some(#names),)* __reply) = (
                    #(__r::WireCheck::<#types>::argument(__source, #texts),)*
                    #reply,
                ) else {
                    return __r::None;
                };
            },
        };
        quote! {
            #(#cfgs)*
            #id => {
                #(#checks)*
                __source.message(#method, #version);
                #read
                __r::Some(#message::#variant { #(#names,)* __reply: __p::#slot::of(__reply) })
            }
        }
    }
}

/// Returns the arguments that the caller passes.
fn fields(message: &Message) -> impl Iterator<Item = &Field> {
    message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some(&**field),
        _ => None,
    })
}
