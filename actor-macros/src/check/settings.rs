//! Layer 3: the meaning of the options of `#[actor(..)]`; it must not inspect the item.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitInt, LitStr, Path, UnOp};

use crate::errors::Errors;
use crate::model::{Capacity, Settings};
use crate::options::{self, RawOption};
use crate::{display::display_tokens, names};

const OF_TYPE: &[&str] =
    &["capacity", "unbounded", "turn", "deferred", "max_concurrent", "name", "crate", "local"];
const OF_BLOCK: &[&str] = &["crate", "local", "remote"];
const OF_TRAIT: &[&str] = &["crate", "remote"];
const OF_REMOTE: &[&str] = &["name", "crate"];

/// `remote`, with its options.
pub(super) struct RemoteOption {
    pub(super) key: Ident,
    /// The name of the protocol, if it is written.
    pub(super) name: Option<LitStr>,
    pub(super) crate_path: Option<TokenStream>,
}

/// The options of an `impl` block.
#[derive(Default)]
pub(super) struct BlockOptions {
    pub(super) crate_path: Option<TokenStream>,
    pub(super) local: bool,
    pub(super) remote: Option<RemoteOption>,
}

/// Reads the options of the struct half.
pub(super) fn of_type(
    tokens: TokenStream,
    ident: &Ident,
    errors: &mut Errors,
) -> (Option<TokenStream>, Settings) {
    let elsewhere = |key: &str| {
        (key == "remote").then(|| {
            "`remote` is a setting of the messages; write it at the `#[actor]` of the `impl` block"
                .to_owned()
        })
    };
    let entries = options::read(tokens, OF_TYPE, elsewhere, errors);
    let mut path = None;
    let mut name = LitStr::new(&names::unraw(ident), ident.span());
    let mut capacity = Capacity::Default;
    let mut turn = None;
    let mut deferred = None;
    let mut max_concurrent = None;
    let mut earlier_capacity: Option<Ident> = None;
    for entry in entries {
        match entry.key.to_string().as_str() {
            "crate" => path = path_of_crate(&entry, errors),
            "name" => name = text_value(&entry, "counter", errors).unwrap_or(name),
            "turn" => turn = count(&entry, "turn = 64", errors),
            "deferred" => deferred = count(&entry, "deferred = 1024", errors),
            "max_concurrent" => max_concurrent = count(&entry, "max_concurrent = 64", errors),
            // The option of the block has the effect; on the struct it is only for the reader.
            "local" => entry.expect_plain(errors),
            key @ ("capacity" | "unbounded") => {
                if let Some(earlier) = &earlier_capacity {
                    let text = format!("`{key}` contradicts `{earlier}`; keep one of them");
                    errors.push(&entry.key, text);
                }
                earlier_capacity = Some(entry.key.clone());
                if key == "unbounded" {
                    entry.expect_plain(errors);
                    capacity = Capacity::Unbounded;
                } else if let Some(bound) = count(&entry, "capacity = 64", errors) {
                    capacity = Capacity::Bounded(bound);
                }
            }
            // `options::read` has reported unknown keys, and keeps only those of `OF_TYPE`.
            _ => {}
        }
    }
    (path, Settings { name, capacity, turn, deferred, max_concurrent })
}

/// Reads the options of the impl half: the path of the crate, and whether the actor is `local` or
/// `remote`.
pub(super) fn of_block(tokens: TokenStream, errors: &mut Errors) -> BlockOptions {
    let elsewhere = |key: &str| {
        OF_TYPE.contains(&key).then(|| {
            format!("`{key}` is a setting of the state; write it at the `#[actor]` of the struct")
        })
    };
    let entries = options::read(tokens, OF_BLOCK, elsewhere, errors);
    let mut options = BlockOptions::default();
    for entry in &entries {
        match entry.key.to_string().as_str() {
            "crate" => options.crate_path = path_of_crate(entry, errors),
            "remote" => options.remote = remote(entry, errors),
            "local" => {
                entry.expect_plain(errors);
                options.local = true;
            }
            // `options::read` has reported unknown keys, and keeps only those of `OF_BLOCK`.
            _ => {}
        }
    }
    options
}

/// Reads the options of a trait: the path of the crate, and whether the trait is `remote`.
pub(super) fn of_trait(
    tokens: TokenStream,
    errors: &mut Errors,
) -> (Option<TokenStream>, Option<RemoteOption>) {
    let elsewhere = |key: &str| {
        OF_TYPE.contains(&key).then(|| {
            format!("`{key}` is a setting of an actor; write it at the `#[actor]` of its struct")
        })
    };
    let entries = options::read(tokens, OF_TRAIT, elsewhere, errors);
    let (mut path, mut is_remote) = (None, None);
    for entry in &entries {
        if entry.is("crate") {
            path = path_of_crate(entry, errors);
        } else {
            is_remote = remote(entry, errors);
        }
    }
    (path, is_remote)
}

/// Reads `remote`, `remote = "shop.counter"`, or `remote(name = "shop.counter", crate = path)`.
fn remote(entry: &RawOption, errors: &mut Errors) -> Option<RemoteOption> {
    let mut remote = RemoteOption { key: entry.key.clone(), name: None, crate_path: None };
    if entry.value.is_some() {
        remote.name = Some(text_value(entry, "shop.counter", errors)?);
    }
    let nested = entry.nested.clone().unwrap_or_default();
    for entry in options::read(nested, OF_REMOTE, |_| None, errors) {
        if entry.is("name") {
            remote.name = Some(text_value(&entry, "shop.counter", errors)?);
        } else {
            remote.crate_path = path_to(&entry, "actor_remote", errors);
        }
    }
    Some(remote)
}

/// Reads the option of `#[main]`: the path of the crate.
pub(crate) fn crate_path(tokens: TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    let entries = options::read(tokens, &["crate"], |_| None, errors);
    entries.iter().find_map(|entry| path_of_crate(entry, errors))
}

/// Checks that `crate` has a path, and returns it.
pub(super) fn path_of_crate(entry: &RawOption, errors: &mut Errors) -> Option<TokenStream> {
    path_to(entry, "actor_core", errors)
}

/// Checks that `crate` has the path to the crate of this name, and returns it.
fn path_to(entry: &RawOption, name: &str, errors: &mut Errors) -> Option<TokenStream> {
    let example = format!("crate = ::path::of::{name}");
    let value = entry.expect_value(&example, errors)?;
    let parsed = syn::parse2::<LitStr>(value.clone());
    if let Ok(quoted) = parsed {
        let path = quoted.value();
        errors.push(quoted, format!("`crate` takes a plain path; write `crate = {path}`"));
        return None;
    }
    if syn::parse2::<Path>(value.clone())
        .is_ok_and(|path| path.segments.iter().all(|segment| segment.arguments.is_none()))
    {
        return Some(value);
    }
    errors.push(value, format!("`crate` takes a path; write it as `{example}`"));
    None
}

/// Checks that `name` or `remote` has a string, and returns it.
fn text_value(entry: &RawOption, example: &str, errors: &mut Errors) -> Option<LitStr> {
    let key = &entry.key;
    let value = entry.expect_value(&format!("{key} = \"{example}\""), errors)?;
    let parsed = syn::parse2::<LitStr>(value.clone());
    if parsed.is_err() {
        let text =
            format!("`{key}` takes a string; write `{key} = \"{}\"`", display_tokens(&value));
        errors.push(value, text);
    }
    parsed.ok()
}

/// Checks that `capacity`, `turn`, `deferred` or `max_concurrent` has a number of messages, at
/// least one, and returns it.
fn count(entry: &RawOption, example: &str, errors: &mut Errors) -> Option<TokenStream> {
    let key = &entry.key;
    let value = entry.expect_value(example, errors)?;
    let is_zero = |number: &LitInt| number.base10_parse::<u128>().is_ok_and(|it| it == 0);
    let text = match syn::parse2(value.clone()) {
        Ok(Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. })) => too_small(key),
        Ok(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) if is_zero(&number) => too_small(key),
        Ok(Expr::Lit(ExprLit { lit, .. })) if !matches!(lit, Lit::Int(_)) => {
            not_a_number(key, example)
        }
        Err(_) => not_a_number(key, example),
        Ok(expr) => return Some(expr.into_token_stream()),
    };
    errors.push(value, text);
    None
}

fn not_a_number(key: &Ident, example: &str) -> String {
    format!("`{key}` takes a number of messages; write `{example}`")
}

fn too_small(key: &Ident) -> String {
    match key.to_string().as_str() {
        "capacity" => "a mailbox needs room for a message; write `capacity = 1` or more".into(),
        "max_concurrent" => {
            "one message has to be handled at least; write `max_concurrent = 1` or more".into()
        }
        key => format!("`{key}` must be at least 1; write `{key} = 1` or more"),
    }
}
