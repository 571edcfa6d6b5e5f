//! Layer 3: the reply of a message; it must not inspect arguments other than a `Reply`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{ReturnType, Signature, Type};

use super::args::Args;
use super::{owned, replies, self_type, send_form};
use crate::errors::Errors;
use crate::model::{Reply, ReplyKind, SendHint};

/// Returns the type after `->`, unless it is `()`.
pub(super) fn returned(signature: &Signature) -> Option<&Type> {
    match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => match owned::bare(ty) {
            Type::Tuple(tuple) if tuple.elems.is_empty() => None,
            _ => Some(ty),
        },
    }
}

pub(super) fn check(
    signature: &Signature,
    args: &Args,
    actor: &TokenStream,
    errors: &mut Errors,
) -> Reply {
    let (ty, kind) = match (returned(signature), answered(args)) {
        (Some(returned), answered) => {
            // A handler answers either with its return value or with its `Reply`.
            if args.streamed.is_some() {
                let text = "a handler with `Replies` answers through it and returns nothing; remove \
                            the return type";
                errors.push(returned, text);
            } else if answered.is_some() {
                let text = "a handler with a `Reply` answers through it and returns nothing; drop \
                            the return type, or mark the argument `#[data]` if it is plain data";
                errors.push(returned, text);
            }
            match replies::returned(returned) {
                // An error in the stream is the only error.
                Some(stream) if answered.is_none() => {
                    let Some(item) = replies::check_returned(stream, errors) else {
                        return nothing(signature);
                    };
                    (item, ReplyKind::ReturnedStream)
                }
                Some(_) => return nothing(signature),
                None => (returned, ReplyKind::Returned),
            }
        }
        (None, Some(answered)) => answered,
        (None, None) => return nothing(signature),
    };
    let borrowed = |better: &str, written: &str| {
        format!("a reply must be owned; use `{better}` instead of `{written}`")
    };
    owned::check_owned(ty, "a reply", &borrowed, errors);
    Reply {
        kind,
        send_hint: owned::send_hint(ty),
        send_form: send_form::of(ty),
        ty: self_type::replace(ty.to_token_stream(), actor),
    }
}

/// Returns the type of the `Reply` or `Replies` argument.
fn answered(args: &Args) -> Option<(&Type, ReplyKind)> {
    let streamed = args.streamed.as_ref().map(|item| (item, ReplyKind::Streamed));
    streamed.or(args.later.as_ref().map(|later| (later, ReplyKind::Later)))
}

/// Returns the reply of a handler that returns nothing.
fn nothing(signature: &Signature) -> Reply {
    let ty = quote_spanned!(signature.ident.span()=> ());
    Reply { ty, kind: ReplyKind::Nothing, send_hint: SendHint::Send, send_form: None }
}
