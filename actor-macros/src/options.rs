//! Layer 1: `key`, `key = value`, separated by commas: duplicate and unknown keys.
//!
//! It must not know the meaning of a value.

use proc_macro2::{Delimiter, Ident, TokenStream};
use quote::ToTokens;
use syn::Expr;

use crate::errors::Errors;
use crate::names;
use crate::text::text;
use crate::walk::Walk;

/// One option as written.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Option<TokenStream>,
}

impl Entry {
    pub(crate) fn is(&self, key: &str) -> bool {
        self.key == key
    }

    /// The value of a `key = value`; records an error if there is none.
    pub(crate) fn expect_value(&self, example: &str, errors: &mut Errors) -> Option<TokenStream> {
        if self.value.is_none() {
            errors.push(&self.key, format!("`{}` needs a value; write `{example}`", self.key));
        }
        self.value.clone()
    }

    /// Records an error if a plain `key` has a value.
    pub(crate) fn expect_plain(&self, errors: &mut Errors) {
        if let Some(value) = &self.value {
            let key = &self.key;
            errors.push(value, format!("`{key}` takes no value; write `{key}` alone"));
        }
    }
}

/// Reads options, of which `known` are valid here.
///
/// For an unknown key, `elsewhere` may provide a better text than the list of known ones.
pub(crate) fn read(
    tokens: TokenStream,
    known: &[&str],
    elsewhere: impl Fn(&str) -> Option<String>,
    errors: &mut Errors,
) -> Vec<Entry> {
    let mut walk = Walk::new(tokens);
    let mut entries: Vec<Entry> = Vec::new();
    while !walk.is_done() {
        let Some(entry) = entry(&mut walk, errors) else { continue };
        let key = names::plain(&entry.key);
        if !known.contains(&key.as_str()) {
            let text = elsewhere(&key).unwrap_or_else(|| unknown(&key, known));
            errors.push(&entry.key, text);
        } else if entries.iter().any(|earlier| earlier.key == entry.key) {
            errors.push(&entry.key, format!("duplicate option `{key}`; keep one of them"));
        } else {
            entries.push(entry);
        }
    }
    entries
}

fn unknown(key: &str, known: &[&str]) -> String {
    let valid = names::listed(known);
    match names::did_you_mean(key, known) {
        Some(near) => format!("unknown option `{key}`; did you mean `{near}`? (valid: {valid})"),
        None if known.is_empty() => format!("unknown option `{key}`; there are no options here"),
        None if known.len() == 1 => format!("unknown option `{key}`; the only one is {valid}"),
        None => format!("unknown option `{key}`; expected one of {valid}"),
    }
}

fn to_comma(walk: &mut Walk) {
    while !walk.is_done() && !walk.is_mark(0, ',') {
        walk.next();
    }
}

/// Continues to a later comma if the expression that started at `start` contains commas, such as
/// `self.find::<K, V>()`.
fn whole_expression(walk: &mut Walk, start: usize) {
    let first = walk.position();
    while syn::parse2::<Expr>(walk.since(start)).is_err() {
        if walk.is_done() {
            return walk.go_back(first);
        }
        walk.next();
        to_comma(walk);
    }
}

/// Reads up to the comma that ends the option.
fn entry(walk: &mut Walk, errors: &mut Errors) -> Option<Entry> {
    let start = walk.position();
    let key = walk.peek_ident(0).cloned();
    if key.is_some() {
        walk.next();
    }
    let call = walk.peek_group(0, Delimiter::Parenthesis).cloned();
    let equals = walk.is_mark(0, '=');
    walk.next_if(equals);
    let middle = walk.position();
    to_comma(walk);
    if equals {
        whole_expression(walk, middle);
    }
    let value = walk.since(middle);
    let whole = walk.since(start);
    let comma = walk.next();
    let Some(key) = key else {
        let place = if whole.is_empty() { comma.into_token_stream() } else { whole };
        errors.push(place, "expected an option; write `key` or `key = value`");
        return None;
    };
    match (equals, value.is_empty()) {
        (false, true) => Some(Entry { key, value: None }),
        (true, false) => Some(Entry { key, value: Some(value) }),
        (true, true) => {
            errors.push(&whole, format!("`{key}` needs a value; write it behind the `=`"));
            None
        }
        (false, false) => {
            let text = call.map_or_else(
                || format!("`{key}` is an option by itself; write a comma behind it"),
                |call| {
                    format!(
                        "an option takes its value with `=`; write `{key} = {}`",
                        text(call.stream())
                    )
                },
            );
            errors.push(&whole, text);
            None
        }
    }
}
