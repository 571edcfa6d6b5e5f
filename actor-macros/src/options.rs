//! Layer 1: reads `key` and `key = value`, separated by commas, and reports duplicate and unknown
//! keys.
//!
//! It must not interpret a value.

use proc_macro2::{Delimiter, Ident, TokenStream};
use quote::ToTokens;
use syn::Expr;

use crate::display::display_tokens;
use crate::errors::Errors;
use crate::names;
use crate::token_cursor::TokenCursor;

/// The options that have options of their own: `remote(crate = path)`.
const NESTED: &[&str] = &["remote"];

/// One option as written.
pub(crate) struct RawOption {
    pub(crate) key: Ident,
    pub(crate) value: Option<TokenStream>,
    /// The options in parentheses.
    pub(crate) nested: Option<TokenStream>,
}

impl RawOption {
    pub(crate) fn is(&self, key: &str) -> bool {
        self.key == key
    }

    /// Returns the value of a `key = value`. Records an error if there is none.
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
/// If a key is unknown, `elsewhere` may provide a better text than the list of known ones.
pub(crate) fn read(
    tokens: TokenStream,
    known: &[&str],
    elsewhere: impl Fn(&str) -> Option<String>,
    errors: &mut Errors,
) -> Vec<RawOption> {
    let mut cursor = TokenCursor::new(tokens);
    let mut entries: Vec<RawOption> = Vec::new();
    while !cursor.is_done() {
        let Some(entry) = entry(&mut cursor, errors) else { continue };
        let key = names::unraw(&entry.key);
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
    let valid = names::quoted_list(known);
    match names::did_you_mean(key, known) {
        Some(near) => format!("unknown option `{key}`; did you mean `{near}`? (valid: {valid})"),
        None if known.is_empty() => format!("unknown option `{key}`; there are no options here"),
        None if known.len() == 1 => format!("unknown option `{key}`; the only one is {valid}"),
        None => format!("unknown option `{key}`; expected one of {valid}"),
    }
}

fn to_comma(cursor: &mut TokenCursor) {
    while !cursor.is_done() && !cursor.is_punct(0, ',') {
        cursor.next();
    }
}

/// Moves to a later comma if the expression that started at `start` contains commas, such as
/// `self.find::<K, V>()`.
fn whole_expression(cursor: &mut TokenCursor, start: usize) {
    let first = cursor.position();
    while syn::parse2::<Expr>(cursor.since(start)).is_err() {
        if cursor.is_done() {
            return cursor.go_back(first);
        }
        cursor.next();
        to_comma(cursor);
    }
}

/// Reads up to the comma that ends the option.
fn entry(cursor: &mut TokenCursor, errors: &mut Errors) -> Option<RawOption> {
    let start = cursor.position();
    let key = cursor.peek_ident(0).cloned();
    if key.is_some() {
        cursor.next();
    }
    let call = cursor.peek_group(0, Delimiter::Parenthesis).cloned();
    let equals = cursor.is_punct(0, '=');
    cursor.next_if(equals);
    let middle = cursor.position();
    to_comma(cursor);
    if equals {
        whole_expression(cursor, middle);
    }
    let value = cursor.since(middle);
    let whole = cursor.since(start);
    let comma = cursor.next();
    let Some(key) = key else {
        let place = if whole.is_empty() { comma.into_token_stream() } else { whole };
        errors.push(place, "expected an option; write `key` or `key = value`");
        return None;
    };
    match (equals, value.is_empty()) {
        (false, true) => Some(RawOption { key, value: None, nested: None }),
        (true, false) => Some(RawOption { key, value: Some(value), nested: None }),
        (true, true) => {
            errors.push(&whole, format!("`{key}` needs a value; write it behind the `=`"));
            None
        }
        (false, false) => {
            let nested = call.as_ref().filter(|_| value.clone().into_iter().count() == 1);
            if let Some(group) = nested.filter(|_| NESTED.iter().any(|word| key == word)) {
                return Some(RawOption { key, value: None, nested: Some(group.stream()) });
            }
            let text = call.map_or_else(
                || format!("`{key}` is an option by itself; write a comma behind it"),
                |call| {
                    format!(
                        "an option takes its value with `=`; write `{key} = {}`",
                        display_tokens(call.stream())
                    )
                },
            );
            errors.push(&whole, text);
            None
        }
    }
}
