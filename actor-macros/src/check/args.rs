//! Layer 3: the arguments of a message, and whether they come from the caller or from the run loop.
//!
//! It must not look at the receiver.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, FnArg, GenericArgument, Pat, PatType, PathArguments, Signature, Type};

use super::{attrs, owned, replies, self_type, send_form};
use crate::errors::Errors;
use crate::model::{Arg, Field, Role};
use crate::{names, span};

/// The arguments of a message, the reply type of its `Reply` argument, and the item type of its
/// `Replies` argument.
pub(super) struct Args {
    pub(super) list: Vec<Arg>,
    pub(super) later: Option<Type>,
    pub(super) streamed: Option<Type>,
}

/// Returns the arguments after the receiver.
pub(super) fn typed(signature: &Signature) -> impl Iterator<Item = &PatType> {
    signature.inputs.iter().filter_map(|arg| match arg {
        FnArg::Typed(arg) => Some(arg),
        FnArg::Receiver(_) => None,
    })
}

/// Returns the `#[data]` of an argument.
pub(super) fn data_attr(arg: &PatType) -> Option<&Attribute> {
    arg.attrs.iter().find(|attr| attr.path().is_ident("data"))
}

/// Returns `false` for `&Context<..>`, `true` for `&mut Context<..>`, and `None` for another type.
pub(super) fn context(ty: &Type) -> Option<bool> {
    let Type::Reference(reference) = owned::bare(ty) else { return None };
    owned::single_argument(&reference.elem, "Context")?;
    Some(reference.mutability.is_some())
}

/// Returns whether the type is `&Context`, probably meant as `&Context<Self>`.
pub(super) fn is_bare_context(ty: &Type) -> bool {
    let Type::Reference(reference) = owned::bare(ty) else { return false };
    matches!(owned::bare(&reference.elem), Type::Path(path) if path.path.is_ident("Context"))
}

/// Returns whether the type is `&mut task::Context<'_>`, or another type with this name and only
/// lifetimes as arguments.
fn is_task_context(ty: &Type) -> bool {
    match owned::bare(ty) {
        Type::Reference(reference) => is_task_context(&reference.elem),
        Type::Path(path) => {
            let mut segments = path.path.segments.iter().rev();
            let is_lifetime = |it: &GenericArgument| matches!(it, GenericArgument::Lifetime(_));
            segments.next().is_some_and(|last| {
                last.ident == "Context"
                    && (segments.next().is_some_and(|module| module.ident == "task")
                        || matches!(&last.arguments, PathArguments::AngleBracketed(angles)
                            if angles.args.iter().all(is_lifetime)))
            })
        }
        _ => false,
    }
}

pub(super) fn check(signature: &Signature, actor: &TokenStream, errors: &mut Errors) -> Args {
    let names = given_names(signature);
    let mut args = Args { list: Vec::new(), later: None, streamed: None };
    let mut context_seen = false;
    for (arg, name) in typed(signature).zip(names) {
        let ty = &*arg.ty;
        let forwarded = attrs::forward(&arg.attrs);
        let reply = owned::single_argument(ty, "Reply");
        let items = replies::argument(ty);
        check_data_attr(arg, reply.is_some() || items.is_some(), errors);
        let role = if let Some(mutable) = context(ty) {
            check_context(ty, mutable, context_seen, errors);
            context_seen = true;
            Role::Context
        } else if let (Some(answer), None) = (reply, data_attr(arg)) {
            // A message has a single reply.
            if args.later.is_some() {
                let text = "a message has one `Reply`; mark what is plain data with `#[data]`";
                errors.push(ty, text);
            }
            if args.streamed.is_some() {
                errors.push(ty, replies::BOTH);
            }
            args.later = Some(answer.clone());
            Role::Reply
        } else if let (Some(item), None) = (items, data_attr(arg)) {
            let (has_reply, has_replies) = (args.later.is_some(), args.streamed.is_some());
            replies::check_argument(ty, signature, has_reply, has_replies, errors);
            args.streamed = Some(item.clone());
            Role::Replies
        } else {
            check_field(arg, ty, errors);
            Role::Field(Box::new(Field {
                name,
                ty: self_type::replace(ty.to_token_stream(), actor),
                docs: forwarded.docs,
                send_hint: owned::send_hint(ty),
                send_form: send_form::of(ty),
            }))
        };
        args.list.push(Arg { cfgs: forwarded.cfgs, place: span::first(ty), role });
    }
    args
}

/// Checks that `#[data]` is on a `Reply<T>` or `Replies<T>`, which it marks as plain data.
fn check_data_attr(arg: &PatType, is_reply: bool, errors: &mut Errors) {
    if let Some(attr) = data_attr(arg).filter(|_| !is_reply) {
        let text = "`#[data]` marks a `Reply<T>` that is plain data; remove it";
        errors.push(attr, text);
    }
}

/// Checks that a message takes its context as `&Context<Self>`, and at most once.
fn check_context(ty: &Type, mutable: bool, seen: bool, errors: &mut Errors) {
    if mutable {
        let text = "a message takes `&Context<Self>`; all its methods take `&self`";
        errors.push(ty, text);
    } else if seen {
        errors.push(ty, "a message takes one `&Context<Self>`; remove this one");
    }
}

/// Checks that a message argument is owned, and has a nameable type and a name that is not
/// reserved.
fn check_field(arg: &PatType, ty: &Type, errors: &mut Errors) {
    if let Pat::Ident(pattern) = &*arg.pat
        && names::unraw(&pattern.ident).starts_with("__")
    {
        errors.push(&pattern.ident, "names that start with `__` are reserved; rename it");
    }
    if is_task_context(ty) {
        let text = "a `task::Context` is lent to one poll and cannot be sent; write an `async fn`, \
                    with `poll_fn` in its body";
        errors.push(ty, text);
        return;
    }
    if is_bare_context(ty) {
        errors.push(ty, "the context of this actor is a `&Context<Self>`; write it in full");
        return;
    }
    if owned::single_argument(ty, "Context").is_some() {
        errors.push(ty, "the run loop lends the context; take it as `&Context<Self>`");
        return;
    }
    let borrowed = |better: &str, written: &str| {
        format!("message arguments must be owned; use `{better}` instead of `{written}`")
    };
    owned::check_owned(ty, "a message argument", &borrowed, errors);
}

/// Returns a name for each argument: its own, or `arg0` if it is a pattern.
pub(super) fn given_names(signature: &Signature) -> Vec<Ident> {
    let own = |arg: &PatType| match &*arg.pat {
        Pat::Ident(pattern) => Some(pattern.ident.clone()),
        _ => None,
    };
    let mut used: Vec<String> =
        typed(signature).filter_map(own).map(|it| names::unraw(&it)).collect();
    let mut given = Vec::new();
    for (index, arg) in typed(signature).enumerate() {
        let name = match own(arg) {
            Some(name) if !names::unraw(&name).starts_with('_') => name,
            named => {
                let place = named.as_ref().map_or_else(|| span::first(&arg.pat), Ident::span);
                let unraw = named.as_ref().map(names::unraw).unwrap_or_default();
                let free = names::parse_ident(unraw.trim_start_matches('_'), place)
                    .filter(|name| !used.contains(&name.to_string()));
                let name = free.or(named).unwrap_or_else(|| numbered(index, &used, place));
                used.push(name.to_string());
                name
            }
        };
        given.push(name);
    }
    given
}

fn numbered(index: usize, used: &[String], place: proc_macro2::Span) -> Ident {
    let mut text = format!("arg{index}");
    while used.contains(&text) {
        text.push('_');
    }
    names::identifier(&text, place)
}
