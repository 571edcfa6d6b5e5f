//! The contents on the crate page of `actor-core` link to each item that the crate exports.

use std::fs;

use super::{item_examples, page};

#[test]
fn the_contents_link_to_each_exported_item() {
    let text = fs::read_to_string(page::root().join("actor-core/src/lib.rs")).expect("it is there");
    let (_, contents) = text.split_once("//! # Contents\n").expect("the crate page has contents");
    let (contents, _) = contents.split_once("//! # Overview\n").expect("and an overview");
    // `Proc` is hidden, and the others are the items of the module `time`.
    let internal = ["Proc", "Elapsed", "Interval", "Sleep", "Tick", "Timeout"];
    let of_time = ["interval", "now", "sleep", "timeout"];
    let exported = item_examples::exported(&item_examples::sources());
    let names = exported.iter().map(String::as_str);
    let names = names.filter(|name| !internal.contains(name) && !of_time.contains(name));
    let (listed, missing): (Vec<_>, Vec<_>) =
        names.partition(|name| contents.contains(&format!("`{name}`")));
    assert!(listed.len() > 70, "only {listed:?}");
    assert!(missing.is_empty(), "the contents lack {missing:?}");
}
