//! The contents on the crate page of `actor-core` link to each public module and to each item at the
//! root.

use std::fs;

use super::{page, public_items};

#[test]
fn the_contents_link_to_each_module_and_each_item_at_the_root() {
    let text = fs::read_to_string(page::root().join("actor-core/src/lib.rs")).expect("it is there");
    let (_, contents) = text.split_once("//! # Contents\n").expect("the crate page has contents");
    let (contents, _) = contents.split_once("//! # Overview\n").expect("and an overview");
    let modules = public_items::modules();
    let at_root = &modules["lib"];
    let names = modules.keys().filter(|module| *module != "lib").chain(at_root);
    let is_listed = |name: &&String| {
        contents.contains(&format!("[`{name}`]")) || contents.contains(&format!("[`macro@{name}`]"))
    };
    let (listed, missing): (Vec<_>, Vec<_>) = names.partition(is_listed);
    assert!(listed.len() > 40, "only {listed:?}");
    assert!(missing.is_empty(), "the contents lack {missing:?}");
}
