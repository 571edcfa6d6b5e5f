//! Layer 4, impl half: checks of types in messages that are probably not `Send`, judged by their tokens.
//!
//! It must not change a message whose types are `Send`: `InMessage::Type` is then the type itself.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use crate::model::{Message, Protocol, Role};
use crate::span;

// Input:  Box<dyn Error>
// Output: <Box<dyn Error> as __p::InMessage<{ __p::SendCheck::<Box<dyn Error>>::IS_SEND }>>
fn in_message(ty: &TokenStream) -> TokenStream {
    quote!(<#ty as __p::InMessage<{ __p::SendCheck::<#ty>::IS_SEND }>>)
}

/// Returns the type that the message stores for an argument or reply of type `ty`. `form` is the
/// type with `Send`, if it is to be checked.
pub(super) fn stored(ty: &TokenStream, form: Option<&str>) -> TokenStream {
    match form {
        None => ty.clone(),
        Some(_) => {
            let ty = in_message(&span::moved_all(ty.clone(), span::hidden()));
            quote!(#ty::Type)
        }
    }
}

/// Converts a value of a caller or a handler into the form that the message stores.
pub(super) fn into_message(
    value: TokenStream,
    ty: &TokenStream,
    form: Option<&str>,
) -> TokenStream {
    match form {
        None => value,
        Some(_) => {
            let ty = in_message(&span::moved_all(ty.clone(), span::hidden()));
            quote!(#ty::into_message(#value))
        }
    }
}

/// Converts a stored value into the form that the handler takes.
pub(super) fn from_message(
    value: TokenStream,
    ty: &TokenStream,
    form: Option<&str>,
) -> TokenStream {
    match form {
        None => value,
        Some(_) => {
            let ty = in_message(&span::moved_all(ty.clone(), span::hidden()));
            quote!(#ty::from_message(#value))
        }
    }
}

/// Expands the checks of all messages.
pub(super) fn expand_checks(protocol: &Protocol) -> Option<TokenStream> {
    let checks: Vec<_> = protocol.messages.iter().flat_map(expand_message).collect();
    (!checks.is_empty()).then(|| quote!(use __p::NotSend as _; #(#checks)*))
}

fn expand_message(message: &Message) -> Vec<TokenStream> {
    let cfgs = &message.attrs.cfgs;
    let args = message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some(("argument", &field.ty, field.send_form.as_ref()?)),
        _ => None,
    });
    let reply = message.reply.send_form.as_ref().map(|form| ("reply", &message.reply.ty, form));
    let all = args.chain(reply);
    all.map(|(part, ty, form)| expand_check(cfgs, part, ty, form)).collect()
}

// Output:
//     const _: () = {
//         #[diagnostic::on_unimplemented(message = "..", label = "write `Box<dyn Error + Send + Sync>`")]
//         trait __Sent {}
//         #[diagnostic::do_not_recommend]
//         impl<__T: __p::Send> __Sent for __T {}
//         const fn __sent<__T: __Sent>() {}
//         __sent::<Box<dyn Error>>()
//     };
fn expand_check(cfgs: &[Attribute], part: &str, ty: &TokenStream, form: &str) -> TokenStream {
    let message = format!("the {part} of a message must be `Send`");
    let label = format!("write `{form}`");
    quote! {
        #(#cfgs)*
        const _: () = {
            #[diagnostic::on_unimplemented(message = #message, label = #label)]
            trait __Sent {}
            #[diagnostic::do_not_recommend]
            impl<__T: __p::Send> __Sent for __T {}
            const fn __sent<__T: __Sent>() {}
            __sent::<#ty>()
        };
    }
}
