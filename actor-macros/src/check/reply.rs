//! Layer 3: the reply of a message; it must not inspect arguments other than a `Reply`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{ReturnType, Signature, Type};

use super::{owned, self_type, send_form};
use crate::errors::Errors;
use crate::model::{Reply, ReplyKind, SendHint};

/// The type after `->`, unless it is `()`.
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
    later: Option<&Type>,
    actor: &TokenStream,
    errors: &mut Errors,
) -> Reply {
    let (ty, kind) = match (returned(signature), later) {
        (Some(returned), later) => {
            // A handler answers either with its return value or with its `Reply`.
            if later.is_some() {
                let text = "a handler with a `Reply` answers through it and returns nothing; drop \
                            the return type, or mark the argument `#[data]` if it is plain data";
                errors.push(returned, text);
            }
            (returned, ReplyKind::Returned)
        }
        (None, Some(later)) => (later, ReplyKind::Later),
        (None, None) => {
            let ty = quote_spanned!(signature.ident.span()=> ());
            let (kind, send_hint) = (ReplyKind::Nothing, SendHint::Send);
            return Reply { ty, kind, send_hint, send_form: None };
        }
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
