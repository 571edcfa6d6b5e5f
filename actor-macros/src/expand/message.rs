//! Layer 4, impl half: the message enum, and the metadata of each message.
//!
//! It must not bound an argument: a message need not be `Debug` or `Clone`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericParam, Generics};

use super::{send_check, send_span};
use crate::model::{Message, Protocol, Role, Side};
use crate::{display::display_tokens, names, span};

/// Returns the generics of the enum: the generics of the block, or none if no variant would use
/// them.
fn generics(protocol: &Protocol) -> Generics {
    let is_unused = protocol.messages.is_empty() && !is_actor(protocol);
    if is_unused { Generics::default() } else { protocol.generics.clone() }
}

/// Returns whether these are an actor's own messages, whose enum also contains protocol messages.
pub(super) fn is_actor(protocol: &Protocol) -> bool {
    matches!(protocol.side, Side::Actor)
}

/// Returns `CacheMessage<K, V>`.
pub(super) fn enum_type(protocol: &Protocol) -> TokenStream {
    let generics = generics(protocol);
    let (_, arguments, _) = generics.split_for_impl();
    let ident = span::on(&protocol.message, span::hidden());
    quote!(#ident #arguments)
}

/// Returns `CacheMessage::<K, V>`, because a second block makes the arguments ambiguous.
pub(super) fn enum_path(protocol: &Protocol, place: Span) -> TokenStream {
    let generics = generics(protocol);
    let (_, arguments, _) = generics.split_for_impl();
    let ident = span::on(&protocol.message, place);
    let turbofish = span::moved_all(arguments.as_turbofish().into_token_stream(), place);
    quote!(#ident #turbofish)
}

/// Returns a link to the handler, for docs. The path is written out if the short name may not be in
/// scope.
pub(super) fn link(protocol: &Protocol, message: &Message) -> String {
    let actor = names::unraw(&protocol.ident);
    let name = names::unraw(&message.name);
    let path = match &protocol.side {
        Side::Actor => display_tokens(&protocol.actor),
        Side::Trait(of_trait) => display_tokens(of_trait),
    };
    let path = path.split('<').next().unwrap_or_default();
    if path.trim_start_matches("r#") == actor {
        format!("[`{actor}::{name}`]")
    } else {
        format!("[`{actor}::{name}`]({path}::{name})")
    }
}

// Input:  pub async fn withdraw(&mut self, amount: u64) -> Result<u64, Insufficient>
// Output:
//     pub enum AccountMessage {
//         Withdraw { amount: u64, __reply: __p::ReplySlot<Result<u64, Insufficient>> },
//     }
pub(super) fn expand_message(protocol: &Protocol) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let generics = generics(protocol);
    let clause = &generics.where_clause;
    let variants = protocol.messages.iter().map(|message| expand_variant(protocol, message));
    let actor = &protocol.actor;
    let foreign = is_actor(protocol)
        .then(|| quote!(#[doc(hidden)] __Protocol(__p::ProtocolMessage<#actor>),));
    // The enum must be as public as the most public actor, and only the alias names it. A message
    // that is never sent is reported at its method instead of here, and so are the names of
    // arguments.
    quote! {
        #[allow(
            unreachable_pub, private_interfaces, dead_code, deprecated, non_camel_case_types,
            clippy::min_ident_chars,
        )]
        pub enum #ident #generics #clause {
            #(#variants)*
            #foreign
        }
    }
}

fn expand_variant(protocol: &Protocol, message: &Message) -> TokenStream {
    let Message { attrs, variant, .. } = message;
    let actor = &protocol.actor;
    let cfgs = &attrs.cfgs;
    let docs = &attrs.docs;
    let fields = message.args.iter().filter_map(|arg| {
        let Role::Field(field) = &arg.role else { return None };
        let (cfgs, name, ty) = (&arg.cfgs, &field.name, &field.ty);
        let docs = &field.docs;
        let ty = send_check::stored(ty, field.send_form.as_deref());
        Some(quote!(#(#cfgs)* #(#docs)* #name: #ty,))
    });
    let reply = &send_check::stored(&message.reply.ty, message.reply.send_form.as_deref());
    // An actor's enum uses all its type parameters in the variant for protocol messages.
    let is_plain = is_actor(protocol) || protocol.generics.params.is_empty();
    let slot = match (is_plain, message.reply.kind.is_stream()) {
        (true, false) => quote!(ReplySlot<#reply>),
        (true, true) => quote!(StreamSlot<#reply>),
        (false, false) => quote!(ReplySlotOf<#actor, #reply>),
        (false, true) => quote!(StreamSlotOf<#actor, #reply>),
    };
    quote! {
        #(#cfgs)*
        #(#docs)*
        #variant {
            #(#fields)*
            #[doc(hidden)]
            __reply: __p::#slot,
        },
    }
}

// Output:
//     impl __p::fmt::Debug for AccountMessage {
//         fn fmt(&self, __f: ..) -> .. {
//             match *self { Self::Withdraw { .. } => __f.write_str("Withdraw") }
//         }
//     }
pub(super) fn expand_debug(protocol: &Protocol) -> TokenStream {
    let generics = generics(protocol);
    let (params, _, clause) = generics.split_for_impl();
    let message_type = enum_type(protocol);
    let arms = protocol.messages.iter().map(|message| {
        let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
        let text = variant.to_string();
        quote!(#(#cfgs)* Self::#variant { .. } => __f.write_str(#text),)
    });
    let foreign = is_actor(protocol)
        .then(|| quote!(Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),));
    quote! {
        #[automatically_derived]
        impl #params __p::fmt::Debug for #message_type #clause {
            fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
                match *self { #(#arms)* #foreign }
            }
        }
    }
}

// Output:
//     impl __p::Protocol for AnyGreeter {
//         type Message = GreeterMessage;
//         fn info(__message: &GreeterMessage) -> __p::MessageInfo<'_> { .. }
//         fn slot(__message: &mut GreeterMessage) -> __p::Option<__p::SlotMut<'_>> { .. }
//     }
pub(super) fn expand_protocol(protocol: &Protocol) -> TokenStream {
    let actor = &protocol.actor;
    let (params, _, clause) = protocol.generics.split_for_impl();
    let enum_type = expand_spanned_type(protocol);
    let not_recommended = super::do_not_recommend(protocol.crate_path.as_ref(), &protocol.generics);
    let label = expand_label(protocol, &quote!(info));
    let slot = expand_slot(protocol, &quote!(slot));
    let messages: Vec<_> = protocol.messages.iter().map(|it| names::unraw(&it.name)).collect();
    let helpers = protocol.helpers.iter().map(names::unraw);
    let helpers: Vec<_> = helpers.filter(|name| !messages.contains(name)).collect();
    let helpers = (!helpers.is_empty())
        .then(|| quote!(const NON_MESSAGES: &'static [&'static __p::str] = &[#(#helpers),*];));
    let list = super::docs::expand_list(protocol);
    quote_spanned! {super::at_actor(protocol)=>
        #list
        #[automatically_derived]
        #not_recommended
        #[allow(deprecated)]
        impl #params __p::Protocol for #actor #clause {
            type Message = #enum_type;
            #helpers
            #label
            #slot
        }
    }
}

// Output:
//     fn info(__message: &AccountMessage) -> __p::MessageInfo<'_> {
//         match *__message {
//             AccountMessage::Withdraw { ref __reply, .. } => __reply.info("withdraw"),
//         }
//     }
pub(super) fn expand_label(protocol: &Protocol, name: &TokenStream) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let message_type = enum_type(protocol);
    let arms = protocol.messages.iter().map(|message| {
        let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
        let name = names::unraw(&message.name);
        quote! {
            #(#cfgs)*
            #ident::#variant { ref __reply, .. } => __reply.info(#name),
        }
    });
    let foreign = is_actor(protocol).then(|| quote!(#ident::__Protocol(ref __it) => __it.info(),));
    quote! {
        fn #name(__message: &#message_type) -> __p::MessageInfo<'_> {
            match *__message { #(#arms)* #foreign }
        }
    }
}

// Output:
//     fn slot(__message: &mut AccountMessage) -> __p::Option<__p::SlotMut<'_>> {
//         match *__message {
//             AccountMessage::Withdraw { ref mut __reply, .. } => __p::Some(__reply),
//         }
//     }
pub(super) fn expand_slot(protocol: &Protocol, name: &TokenStream) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let message_type = enum_type(protocol);
    let arms = protocol.messages.iter().map(|message| {
        let (cfgs, variant) = (&message.attrs.cfgs, &message.variant);
        quote!(#(#cfgs)* #ident::#variant { ref mut __reply, .. } => __p::Some(__reply),)
    });
    let foreign = is_actor(protocol).then(|| quote!(#ident::__Protocol(_) => __p::None,));
    quote! {
        fn #name(__message: &mut #message_type) -> __p::Option<__p::SlotMut<'_>> {
            match *__message { #(#arms)* #foreign }
        }
    }
}

// Output:
//     impl __p::ActorMessages<Account> for AccountMessage {
//         fn from_protocol(__it: __p::ProtocolMessage<Account>) -> Self { Self::__Protocol(__it) }
//         fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Account>> { .. }
//     }
pub(super) fn expand_envelope(protocol: &Protocol) -> TokenStream {
    let actor = &protocol.actor;
    let (params, _, clause) = protocol.generics.split_for_impl();
    let message_type = enum_type(protocol);
    quote! {
        #[automatically_derived]
        impl #params __p::ActorMessages<#actor> for #message_type #clause {
            fn from_protocol(__it: __p::ProtocolMessage<#actor>) -> Self {
                Self::__Protocol(__it)
            }
            fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<#actor>> {
                if let Self::__Protocol(__it) = self { __p::Some(__it) } else { __p::None }
            }
        }
    }
}

// Output: AccountMessage<>
//
// The compiler reports here that a message is not `Send`, and underlines the tokens from the name
// to the `>`: the argument that is not `Send`, or else the name of the actor.
pub(super) fn expand_spanned_type(protocol: &Protocol) -> TokenStream {
    let own = generics(protocol);
    let place = protocol.ident.span();
    let (first, last) = send_span::place(protocol).unwrap_or((place, place));
    let ident = span::on(&protocol.message, first);
    let arguments = own.params.iter().map(|param| match param {
        GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
    });
    quote_spanned!(last=> #ident <#(#arguments),*>)
}
