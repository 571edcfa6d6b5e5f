//! The documentation of `#[actor]` lists the names that a message cannot have.

use std::fs;

use super::llms::strings;
use super::page;

#[test]
fn the_reserved_names_are_documented() {
    let text = fs::read_to_string(page::root().join("actor-core/src/actor.md"));
    let text = text.expect("the page is there");
    let (_, rest) = text.split_once("\n- A message cannot be named ").expect("it has the limit");
    let (list, _) = rest.split_once(", the").expect("the list ends");
    // The text between backticks.
    let mut documented: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    let reserved = strings("actor-macros/src/names.rs", "RESERVED");
    documented.sort_unstable();
    assert_eq!(documented, Vec::from_iter(&reserved));
}
