//! Layer 3: the attributes of a method: helper attributes, and attributes to forward.
//!
//! It must not look at the signature.

use proc_macro2::{Delimiter, Ident};
use quote::{ToTokens, quote_spanned};
use syn::parse::Parser;
use syn::{Attribute, Meta};

use super::message_options;
use crate::errors::Errors;
use crate::model::{Forwarded, HookKind};
use crate::options::{self, RawOption};
use crate::syntax;
use crate::token_cursor::TokenCursor;

/// The role of a method according to its helper attributes.
pub(super) enum HelperAttr {
    /// No attribute: a message if it has a receiver.
    None,
    /// `#[message]`, with its settings.
    Message(Vec<RawOption>),
    /// `#[message(skip)]`
    Skip,
    /// `#[on_start]` and the other hooks, with the name for error texts.
    Hook(HookKind, &'static str),
}

/// Returns the kind and the name of the hook attribute `name`, or `None` for another attribute.
fn hook_of(name: &Ident) -> Option<(HookKind, &'static str)> {
    match name.to_string().as_str() {
        "on_start" => Some((HookKind::Start, "on_start")),
        "on_stop" => Some((HookKind::Stop, "on_stop")),
        "on_exit" => Some((HookKind::Exit, "on_exit")),
        _ => None,
    }
}

/// Reads the helper attributes of a method.
pub(super) fn read(attrs: &[Attribute], errors: &mut Errors) -> HelperAttr {
    let mut helper = HelperAttr::None;
    let mut seen: Vec<String> = Vec::new();
    for attr in attrs {
        check_conditional(attr, errors);
        let Some(last) = attr.path().segments.last().map(|segment| &segment.ident) else {
            continue;
        };
        if !syntax::is_helper(attr) {
            continue;
        }
        // A helper attribute is not an item and cannot be named by a path.
        if attr.path().segments.len() > 1 {
            errors.push(
                attr.path(),
                format!("`{last}` must be written without a path; write `#[{last}]`"),
            );
        }
        // One attribute of each kind.
        if seen.iter().any(|earlier| last == earlier) {
            errors.push(attr, format!("duplicate `#[{last}]`; keep one of them"));
            continue;
        }
        seen.push(last.to_string());
        helper = match (hook_of(last), helper) {
            (None, HelperAttr::Hook(kind, word))
            | (Some((kind, word)), HelperAttr::Message(_) | HelperAttr::Skip) => {
                errors.push(
                    attr,
                    "a method cannot be both a hook and a message; keep `#[message]` or the hook",
                );
                HelperAttr::Hook(kind, word)
            }
            (Some(_), HelperAttr::Hook(kind, word)) => {
                let text = format!("this is the hook `#[{word}]` already; write a method for each");
                errors.push(attr, text);
                HelperAttr::Hook(kind, word)
            }
            (Some((kind, word)), HelperAttr::None) => {
                if !matches!(attr.meta, Meta::Path(_)) {
                    errors.push(attr, format!("`#[{word}]` takes no options; write it alone"));
                }
                HelperAttr::Hook(kind, word)
            }
            (None, _) => message(attr, errors),
        };
    }
    helper
}

fn message(attr: &Attribute, errors: &mut Errors) -> HelperAttr {
    match &attr.meta {
        Meta::Path(_) => HelperAttr::Message(Vec::new()),
        Meta::List(list) => {
            let known = [&["skip"], message_options::SETTINGS].concat();
            let entries = options::read(list.tokens.clone(), &known, |_| None, errors);
            let Some(skip) = entries.iter().find(|entry| entry.is("skip")) else {
                return HelperAttr::Message(entries);
            };
            skip.expect_plain(errors);
            // Only messages have settings.
            if let Some(setting) = entries.iter().find(|entry| !entry.is("skip")) {
                let key = &setting.key;
                let text =
                    format!("a method with `skip` is not a message; remove `{key}` or `skip`");
                errors.push(key, text);
            }
            HelperAttr::Skip
        }
        Meta::NameValue(_) => {
            errors.push(attr, "options go in parentheses; write `#[message(skip)]`");
            HelperAttr::Message(Vec::new())
        }
    }
}

/// Checks that a helper attribute is not conditional: the macro sees it before the compiler
/// evaluates the condition.
fn check_conditional(attr: &Attribute, errors: &mut Errors) {
    if let Some(word) = syntax::conditional_helper(attr) {
        let text = format!("`{word}` cannot be conditional; use `#[cfg]` on the method");
        errors.push(word, text);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Forward {
    No,
    Cfg,
    Doc,
    Lint,
}

fn forward_as(attr: &Ident) -> Forward {
    match attr.to_string().as_str() {
        "cfg" => Forward::Cfg,
        "doc" => Forward::Doc,
        // An `expect` is fulfilled only once, so it stays where it was written.
        "allow" | "warn" | "deny" | "deprecated" => Forward::Lint,
        _ => Forward::No,
    }
}

/// Returns the attributes that are forwarded to the generated counterpart of a method or argument.
pub(super) fn forward(attrs: &[Attribute]) -> Forwarded {
    let mut forwarded = Forwarded::default();
    let mut put = |way: Forward, attr: Attribute| match way {
        Forward::No => {}
        Forward::Cfg => forwarded.cfgs.push(attr),
        Forward::Doc => forwarded.docs.push(attr),
        Forward::Lint => forwarded.others.push(attr),
    };
    for attr in attrs {
        if let Some((condition, parts)) = syntax::conditional(attr) {
            for part in parts {
                let way =
                    TokenCursor::new(part.clone()).peek_ident(0).map_or(Forward::No, forward_as);
                let tokens = quote_spanned!(attr.pound_token.span=> #[cfg_attr(#condition, #part)]);
                let single = Attribute::parse_outer.parse2(tokens).unwrap_or_default();
                for attr in single {
                    put(way, attr);
                }
            }
        } else if let Some(name) = attr.path().get_ident() {
            put(forward_as(name), attr.clone());
        }
    }
    forwarded
}

/// Returns whether the attribute is `#[cfg(..)]`, or a `#[cfg_attr(.., cfg(..))]`.
pub(super) fn is_cfg(attr: &Attribute) -> bool {
    !forward(std::slice::from_ref(attr)).cfgs.is_empty()
}

/// Returns whether the attribute is `#[allow]` or another lint level.
pub(super) fn is_lint_level(attr: &Attribute) -> bool {
    ["allow", "warn", "deny"].iter().any(|word| attr.path().is_ident(word))
}

/// Returns whether the attribute applies to the address as well as to the actor: `#[deprecated]`
/// and `#[doc(hidden)]` do.
pub(super) fn is_for_address(attr: &Attribute) -> bool {
    if attr.path().is_ident("deprecated") {
        return true;
    }
    let mut tokens = attr.meta.to_token_stream().into_iter().skip(1);
    attr.path().is_ident("doc")
        && matches!(tokens.next(), Some(proc_macro2::TokenTree::Group(group))
            if group.delimiter() == Delimiter::Parenthesis && group.stream().to_string() == "hidden")
}
