//! The generated code in the documentation of `#[actor]` is a recorded expansion, in full.

use std::{env, fs};

use super::page::{self, Page};

#[test]
fn the_documented_expansion_is_the_recorded_one() {
    let recorded = |name: &str| {
        let path = page::root().join("actor-macros/tests/expand").join(name);
        fs::read_to_string(path).expect("the expansion is recorded")
    };
    let paper = "actor-core/src/generated.md";
    let listings = Page::read(paper).listings;
    let [from, made] = &listings[..] else { panic!("two listings, not {}", listings.len()) };
    let from = from.code.replacen("# use actor_core::prelude::*;\n", "", 1);
    assert_eq!(from, recorded("counter.rs"), "from what it is made");
    let expansion = recorded("counter.expanded.rs");
    if env::var_os("UPDATE").is_some() {
        let path = page::root().join(paper);
        let text = fs::read_to_string(&path).expect("the page is there");
        fs::write(path, text.replace(&made.code, &expansion)).expect("the page is written");
        return;
    }
    assert_eq!(made.code, expansion, "UPDATE=1 rewrites it");
}
