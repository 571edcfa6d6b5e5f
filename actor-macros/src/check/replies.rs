//! Layer 3: streaming replies: a `Replies` argument, or a returned `impl Stream`.
//!
//! It must not depend on other kinds of replies.

use syn::{GenericArgument, PathArguments, Signature, Type, TypeImplTrait, TypeParamBound};

use super::{args, owned};
use crate::display::display_tokens;
use crate::errors::Errors;

/// Returns the item type of a `Replies<T>`.
pub(super) fn argument(ty: &Type) -> Option<&Type> {
    owned::single_argument(ty, "Replies")
}

/// Checks that a handler has one `Replies`, as its last argument, and no `Reply`.
pub(super) fn check_argument(
    ty: &Type,
    signature: &Signature,
    has_reply: bool,
    has_replies: bool,
    errors: &mut Errors,
) {
    let is_last = args::typed(signature).last().is_some_and(|last| std::ptr::eq(&*last.ty, ty));
    if has_reply {
        errors.push(ty, BOTH);
    } else if has_replies {
        errors.push(ty, "a message has one `Replies`; remove this one");
    } else if !is_last && !answers_again(ty, signature) {
        errors.push(ty, "`Replies` is the last argument of a handler; move it to the end");
    }
}

/// The error of a handler that answers in two ways.
pub(super) const BOTH: &str = "a handler answers with one `Reply` or with `Replies`; remove one of them, or mark what is \
     plain data with `#[data]`";

/// Returns whether an argument after `ty` is another answer, which is reported there.
fn answers_again(ty: &Type, signature: &Signature) -> bool {
    let mut later = args::typed(signature).skip_while(|arg| !std::ptr::eq(&*arg.ty, ty)).skip(1);
    later.any(|arg| {
        let is_answer =
            argument(&arg.ty).is_some() || owned::single_argument(&arg.ty, "Reply").is_some();
        is_answer && args::data_attr(arg).is_none()
    })
}

/// Returns `ty` if it is an `impl Stream<..>`.
pub(super) fn returned(ty: &Type) -> Option<&TypeImplTrait> {
    let Type::ImplTrait(stream) = owned::bare(ty) else { return None };
    stream.bounds.iter().any(is_stream).then_some(stream)
}

fn is_stream(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(it)
        if it.path.segments.last().is_some_and(|last| last.ident == "Stream"))
}

/// Returns the item type of a returned stream. Checks that the stream is `Send` and borrows
/// nothing.
pub(super) fn check_returned<'a>(
    stream: &'a TypeImplTrait,
    errors: &mut Errors,
) -> Option<&'a Type> {
    let item = item(stream);
    let is_static =
        |it: &TypeParamBound| matches!(it, TypeParamBound::Lifetime(it) if it.ident == "static");
    if item.is_none() || !owned::names_send(&stream.bounds) || !stream.bounds.iter().any(is_static)
    {
        let item = item.map_or_else(|| "T".to_owned(), display_tokens);
        let text = format!(
            "a returned stream is read by a task, after the handler, and cannot borrow `self`; write \
             `impl Stream<Item = {item}> + Send + 'static`"
        );
        errors.push(stream, text);
        return None;
    }
    item
}

/// Returns `T` for `impl Stream<Item = T>`.
pub(super) fn item(stream: &TypeImplTrait) -> Option<&Type> {
    stream.bounds.iter().filter(|bound| is_stream(bound)).find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let PathArguments::AngleBracketed(angles) = &bound.path.segments.last()?.arguments else {
            return None;
        };
        angles.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(item) if item.ident == "Item" => Some(&item.ty),
            _ => None,
        })
    })
}
