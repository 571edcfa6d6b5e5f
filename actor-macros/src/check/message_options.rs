//! Layer 3: the settings of a message, such as `#[message(priority)]`, and their conflicts.
//!
//! It must not depend on other messages.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, LitInt, Pat, ReturnType, Type};

use super::{args, owned};
use crate::errors::Errors;
use crate::model::{Arg, Guard, MessageOptions, Receiver, Role};
use crate::options::RawOption;
use crate::syntax::Method;

/// The settings that a message may have.
pub(super) const SETTINGS: &[&str] =
    &["when", "concurrent", "priority", "unbounded", "last", "abort", "version"];

/// Reads the settings of a message.
pub(super) fn check(
    method: Method<'_>,
    entries: &[RawOption],
    receiver: Option<Receiver>,
    args: &[Arg],
    errors: &mut Errors,
) -> MessageOptions {
    let mut options = MessageOptions::default();
    for entry in entries {
        match entry.key.to_string().as_str() {
            "concurrent" => {
                entry.expect_plain(errors);
                check_concurrent(method, entry, receiver, errors);
                options.concurrent = true;
            }
            "priority" => {
                entry.expect_plain(errors);
                options.priority = true;
            }
            "unbounded" => {
                entry.expect_plain(errors);
                options.unbounded = true;
            }
            "abort" => {
                entry.expect_plain(errors);
                check_abort(method, entry, entries, args, errors);
                options.abort = true;
            }
            // `check_last` checks the rule for the receiver.
            "last" => entry.expect_plain(errors),
            "version" => {
                let number = check_version(entry, errors);
                options.version = number.map(|number| (entry.key.clone(), number));
            }
            _ => options.guard = check_guard(method, entry, args, errors),
        }
    }
    if receiver == Some(Receiver::Owned) {
        check_last(entries, errors);
    }
    options
}

/// Checks that a method takes `self` if and only if it is the last message of its life.
pub(super) fn check_consumes(
    method: Method<'_>,
    entries: &[RawOption],
    receiver: Option<Receiver>,
    errors: &mut Errors,
) {
    let last = entries.iter().find(|entry| entry.is("last"));
    match (receiver, last) {
        (Some(Receiver::Owned), None) => {
            let text = "takes the state and ends this life; write `#[message(last)]`, `&mut self`, or \
                        move it to an ordinary `impl` block";
            errors.push(method.receiver.self_token, text);
        }
        (Some(Receiver::Shared | Receiver::Unique), Some(last)) => {
            let text = "the last message takes the state; take `self`, or remove `last`";
            errors.push(&last.key, text);
        }
        _ => {}
    }
}

/// Checks that the last message of a life is neither deferred nor concurrent.
fn check_last(entries: &[RawOption], errors: &mut Errors) {
    if let Some(entry) = entries.iter().find(|it| it.is("when") || it.is("concurrent")) {
        let text = format!(
            "a message that takes `self` is the last one, and cannot have `{0}`; remove `{0}`, or \
             take `&mut self`",
            entry.key
        );
        errors.push(&entry.key, text);
    }
}

/// Checks that `abort` is on an async handler, which can be dropped half-way, whose life continues,
/// and whose caller is known.
fn check_abort(
    method: Method<'_>,
    entry: &RawOption,
    entries: &[RawOption],
    args: &[Arg],
    errors: &mut Errors,
) {
    let text = if entries.iter().any(|it| it.is("last")) {
        "the last message takes the state, which would be lost; remove `abort`"
    } else if method.function.signature.asyncness.is_none() {
        "an `abort` message is dropped where it awaits; make it `async`, or remove `abort`"
    } else if answers_by_itself(method, args) {
        "only a handler that returns its one reply is dropped with its caller; remove `abort`, and wait \
         for `closed()` of the reply"
    } else {
        return;
    };
    errors.push(&entry.key, text);
}

/// Returns whether the message can be answered after its handler has ended.
fn answers_by_itself(method: Method<'_>, args: &[Arg]) -> bool {
    let returns_stream = match &method.function.signature.output {
        ReturnType::Type(_, ty) => matches!(owned::bare(ty), Type::ImplTrait(_)),
        ReturnType::Default => false,
    };
    returns_stream || args.iter().any(|arg| matches!(arg.role, Role::Reply | Role::Replies))
}

/// Checks that `concurrent` is on an async message with `&self`. Only such messages can overlap.
fn check_concurrent(
    method: Method<'_>,
    entry: &RawOption,
    receiver: Option<Receiver>,
    errors: &mut Errors,
) {
    if receiver == Some(Receiver::Unique) {
        let text = "a concurrent message shares the state with others; take `&self`, or remove \
                    `concurrent`";
        errors.push(&entry.key, text);
    } else if receiver == Some(Receiver::Shared) && method.function.signature.asyncness.is_none() {
        let text = "a concurrent message overlaps with others where it awaits; make it `async`, or \
                    remove `concurrent`";
        errors.push(&entry.key, text);
    }
}

/// Checks that the version of a message is a number from 1 on, and returns it.
fn check_version(entry: &RawOption, errors: &mut Errors) -> Option<u32> {
    let value = entry.expect_value("version = 2", errors)?;
    let parsed = syn::parse2::<LitInt>(value.clone()).and_then(|number| number.base10_parse());
    match parsed {
        Ok(number) if number > 0 => Some(number),
        _ => {
            let text = "`version` takes a number from 1, and is 1 without it; write `version = 2`";
            errors.push(value, text);
            None
        }
    }
}

/// Checks that a guard is an expression, and returns it.
fn check_guard(
    method: Method<'_>,
    entry: &RawOption,
    args: &[Arg],
    errors: &mut Errors,
) -> Option<Guard> {
    let example = "when = self.free >= *amount";
    let expr = entry.expect_value(example, errors)?;
    if syn::parse2::<Expr>(expr.clone()).is_err() {
        errors.push(&expr, format!("`when` takes an expression; write it as `{example}`"));
        return None;
    }
    let fields = args::typed(&method.function.signature).zip(args);
    let params = fields.filter(|(_, arg)| matches!(arg.role, Role::Field(_)));
    Some(Guard {
        key: entry.key.clone(),
        expr,
        receiver: method.receiver.self_token.to_token_stream(),
        params: params
            .map(|(typed, arg)| {
                (arg.cfgs.clone(), by_reference(&typed.pat), typed.ty.to_token_stream())
            })
            .collect(),
    })
}

// Input:  mut amount      (mut a, [b, ..])
// Output: amount          (a, [b, ..])
/// Returns the pattern of an argument, applied to a reference.
fn by_reference(pat: &Pat) -> TokenStream {
    match pat {
        Pat::Ident(pattern) => pattern.ident.to_token_stream(),
        pat => without_modes(pat.to_token_stream()),
    }
}

fn without_modes(tokens: TokenStream) -> TokenStream {
    let kept = tokens
        .into_iter()
        .filter(|tree| !matches!(tree, TokenTree::Ident(word) if word == "mut" || word == "ref"));
    kept.map(|tree| match tree {
        TokenTree::Group(group) => {
            let inner = without_modes(group.stream());
            let mut copy = proc_macro2::Group::new(group.delimiter(), inner);
            copy.set_span(group.span());
            TokenTree::Group(copy)
        }
        tree => tree,
    })
    .collect()
}
