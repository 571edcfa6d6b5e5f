//! What the documentation of `#[actor]` says is generated is what a recorded expansion has.

use std::fs;

use super::page::{self, Page};

#[test]
fn what_is_said_to_be_generated_is() {
    let expansion = page::root().join("actor-macros/tests/expand/counter.expanded.rs");
    let expansion = fs::read_to_string(expansion).expect("the expansion is recorded");
    let shown = Page::read("actor-core/src/actor.md").listings;
    let shown = shown.iter().find(|it| it.code.contains("pub struct CounterAddr"));
    let shown = &shown.expect("what is generated is shown").code;
    let mut rest = expansion.lines().map(str::trim);
    for line in shown.lines().map(str::trim).filter(|line| *line != "..") {
        assert!(rest.any(|other| other == line), "`{line}` is not in the expansion, or not there");
    }
}
