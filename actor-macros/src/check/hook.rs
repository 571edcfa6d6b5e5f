//! Layer 3: hooks, the methods that the run loop calls automatically; it must not depend on
//! messages.

use proc_macro2::TokenStream;
use syn::Type;

use super::{args, attrs, method, owned, reply};
use crate::errors::Errors;
use crate::model::{Arg, Hook, HookKind, Receiver, Role};
use crate::span;
use crate::syntax::Method;

pub(super) fn check(
    hook: Method<'_>,
    kind: HookKind,
    word: &str,
    actor: &TokenStream,
    errors: &mut Errors,
) -> Option<Hook> {
    let signature = &hook.function.signature;
    let before = errors.count();
    method::check_qualifiers(hook.function, "a hook", errors);
    method::check_generics(signature, "a hook", "the actor", errors);
    // A hook does not consume the state.
    if method::check_receiver(hook, actor, "a hook", errors) == Some(Receiver::Owned) {
        errors.push(hook.receiver, "a hook cannot take `self`; write `&mut self` or `&self`");
    }
    let args = check_args(hook, kind, word, errors);
    // Only `#[on_start]` can fail.
    if let Some(returned) = reply::returned(signature).filter(|_| kind != HookKind::Start) {
        errors.push(returned, format!("`#[{word}]` returns nothing; drop the return type"));
    }
    (errors.count() == before).then(|| Hook {
        kind,
        cfgs: attrs::forward(&hook.function.attrs).cfgs,
        name: signature.ident.clone(),
        is_async: signature.asyncness.is_some(),
        args,
    })
}

/// Returns the arguments of a hook of this kind, as they are written.
fn expected(kind: HookKind) -> &'static [&'static str] {
    match kind {
        HookKind::Start => &[],
        HookKind::Stop => &["exit: &Exit"],
        HookKind::Exit => &["id: ActorId", "exit: Exit"],
    }
}

fn check_args(hook: Method<'_>, kind: HookKind, word: &str, errors: &mut Errors) -> Vec<Arg> {
    let signature = &hook.function.signature;
    let expected = expected(kind);
    let example = || {
        let arguments = [&["&mut self"], expected].concat().join(", ");
        format!("write `fn {}({arguments})`, with a `&Context<Self>` if needed", signature.ident)
    };
    let mut list = Vec::new();
    let mut given = 0;
    let mut context_seen = false;
    for arg in args::typed(signature) {
        let ty = &*arg.ty;
        let role = if let Some(mutable) = args::context(ty) {
            if context_seen {
                errors.push(ty, "a hook takes one `&Context<Self>`; remove this one");
            }
            context_seen = true;
            if mutable { Role::ContextMut } else { Role::Context }
        } else {
            check_hook_arg(ty, expected.get(given).copied(), word, &example, errors);
            given += 1;
            Role::HookArg(given - 1)
        };
        let cfgs = attrs::forward(&arg.attrs).cfgs;
        list.push(Arg { cfgs, place: span::first(ty), role });
    }
    // A hook takes all its arguments.
    if given < expected.len() {
        let text = format!("`#[{word}]` takes `{}`; {}", expected.join(", "), example());
        errors.push(&signature.ident, text);
    }
    list
}

fn check_hook_arg(
    ty: &Type,
    expected: Option<&str>,
    word: &str,
    example: &dyn Fn() -> String,
    errors: &mut Errors,
) {
    match expected {
        // The arguments of a hook come only from the run loop.
        None => errors.push(ty, format!("`#[{word}]` has no such argument; {}", example())),
        Some(expected) => {
            let borrowed = matches!(owned::bare(ty), Type::Reference(_));
            if borrowed != expected.contains('&') {
                errors.push(ty, format!("`#[{word}]` takes `{expected}`; {}", example()));
            }
        }
    }
}
