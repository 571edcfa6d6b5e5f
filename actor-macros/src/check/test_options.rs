//! Layer 3: the meaning of the options of `#[test]`; it must not look at the function.

use proc_macro2::{Ident, TokenStream};
use syn::LitInt;

use super::settings::path_of_crate;
use crate::errors::Errors;
use crate::model::TestOptions;
use crate::options::{self, RawOption};

const KNOWN: &[&str] = &["seeds", "explore", "leftovers", "exact_time", "real", "crate"];

/// Reads the options of `#[test]`.
pub(crate) fn test_options(tokens: TokenStream, errors: &mut Errors) -> TestOptions {
    let elsewhere = |key: &str| {
        (key == "seed").then(|| {
            "`seed` is not an option; set `ACTOR_SEED` to run one seed again, or write `seeds = 100`"
                .to_owned()
        })
    };
    let entries = options::read(tokens, KNOWN, elsewhere, errors);
    let mut options = TestOptions::default();
    for entry in &entries {
        match entry.key.to_string().as_str() {
            "crate" => options.crate_path = path_of_crate(entry, errors),
            "seeds" => options.seeds = count(entry, "seeds = 100", errors),
            "explore" => options.explore = count(entry, "explore = 20", errors),
            "leftovers" => {
                entry.expect_plain(errors);
                options.leftovers = true;
            }
            "exact_time" => {
                entry.expect_plain(errors);
                options.exact_time = true;
            }
            _ => {
                entry.expect_plain(errors);
                options.real = true;
            }
        }
    }
    check_together(&entries, errors);
    options
}

/// Checks which options occur together: a real test runs once, and explored schedules take neither
/// seeds nor time.
fn check_together(entries: &[RawOption], errors: &mut Errors) {
    let find = |key: &str| entries.iter().find(|entry| entry.is(key)).map(|entry| &entry.key);
    if find("real").is_some() {
        for key in ["seeds", "explore", "leftovers", "exact_time"] {
            if let Some(key) = find(key) {
                let text = format!("`real` runs once, in real time; remove `{key}`");
                errors.push(key, text);
            }
        }
    } else if find("explore").is_some() {
        if let Some(key) = find("seeds") {
            errors.push(key, "`explore` runs all schedules, whatever the seed; remove `seeds`");
        }
        if let Some(key) = find("exact_time") {
            errors.push(key, "`explore` lets no step take time; remove `exact_time`");
        }
    }
}

/// Checks that `seeds` or `explore` has a number, at least one, and returns it.
fn count(entry: &RawOption, example: &str, errors: &mut Errors) -> Option<LitInt> {
    let key: &Ident = &entry.key;
    let value = entry.expect_value(example, errors)?;
    let number = syn::parse2::<LitInt>(value.clone()).ok();
    let is_right = |number: &LitInt| number.base10_parse::<u32>().is_ok_and(|number| number > 0);
    let right = number.filter(is_right);
    if right.is_none() {
        errors.push(value, format!("`{key}` takes a number from 1 on; write `{example}`"));
    }
    right
}
