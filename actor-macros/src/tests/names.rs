//! Unit tests of names and texts.

use proc_macro2::{Ident, Span};

use super::tokens;
use crate::display::display_tokens;
use crate::names::{did_you_mean, parse_ident, variant};

#[test]
fn a_variant_is_the_method_in_pascal_case() {
    let made = |name: &str| {
        let method = name.strip_prefix("r#").map_or_else(
            || Ident::new(name, Span::call_site()),
            |raw| Ident::new_raw(raw, Span::call_site()),
        );
        variant(&method).to_string()
    };
    let cases = [
        ("add", "Add"),
        ("foo_bar", "FooBar"),
        ("foo__bar", "FooBar"),
        ("_hidden", "Hidden"),
        ("r#type", "Type"),
        ("self_", "Self_"),
        ("_1", "_1"),
        ("add_2nd", "Add2nd"),
        ("über_alles", "ÜberAlles"),
        ("加", "加"),
    ];
    for (name, expected) in cases {
        assert_eq!(made(name), expected);
    }
}

#[test]
fn a_keyword_is_no_exact_name() {
    assert!(parse_ident("type", Span::call_site()).is_none());
    assert!(parse_ident("1", Span::call_site()).is_none());
    assert!(parse_ident("kind", Span::call_site()).is_some());
}

#[test]
fn a_near_miss_is_suggested_and_a_far_one_is_not() {
    let known = ["capacity", "unbounded", "turn", "name", "crate", "local"];
    let cases = [
        ("capcity", Some("capacity")),
        ("capaciyt", Some("capacity")),
        ("unbound", Some("unbounded")),
        ("nmae", Some("name")),
        ("trun", Some("turn")),
        ("mailbox", None),
        ("", None),
    ];
    for (word, expected) in cases {
        assert_eq!(did_you_mean(word, &known), expected, "{word}");
    }
}

#[test]
fn types_are_printed_as_one_writes_them() {
    let cases = [
        "Vec<u8>",
        "Box<dyn Fn(u8) -> u8 + Send>",
        "&'a mut [T; 4]",
        "std::collections::HashMap<String, (u8, u8)>",
        "&'static str",
        "*const u8",
        "Cow<'_, str>",
        "impl Iterator<Item = u8>",
        "for<'a> fn(&'a str)",
    ];
    for case in cases {
        assert_eq!(display_tokens(tokens(case)), case);
    }
}
