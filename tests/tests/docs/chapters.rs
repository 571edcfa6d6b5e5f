//! The guide is complete: each chapter is in the table of contents and among the doctests, and all
//! its listings are compiled.

use std::fs;

use super::page::{self, Page};

#[test]
fn each_chapter_is_in_the_table_of_contents_and_compiled() {
    let summary = Page::read("book/src/SUMMARY.md");
    let mut listed = summary.links;
    listed.sort();
    assert_eq!(listed, page::chapters(), "book/src/SUMMARY.md and the files beside it differ");
    let doctests = fs::read_to_string(page::root().join("tests/src/book.rs"))
        .expect("the doctests of the guide are there");
    for chapter in listed {
        assert!(
            doctests.contains(&format!("= \"{chapter}\"")),
            "{chapter} is not in tests/src/book.rs: its listings are not compiled"
        );
    }
}

/// `rust` is compiled and run; `rs` is the text of an example, which is compiled and run elsewhere.
#[test]
fn every_listing_is_compiled_and_run() {
    let mut wrong = Vec::new();
    for page in page::all() {
        for listing in &page.listings {
            let first = listing.code.lines().next().unwrap_or_default();
            let is_right = match listing.kind.as_str() {
                "rust" | "sh" | "toml" | "text" => true,
                "rs" => is_example(&listing.code),
                _ => false,
            };
            if !is_right {
                wrong.push(format!("{}: `{}`: {first}", page.name, listing.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "listings that nothing tests:\n  {}", wrong.join("\n  "));
}

/// Whether the listing is one line that includes a file of the examples or tests, or an anchor in it.
fn is_example(code: &str) -> bool {
    let path = code.trim().strip_prefix("{{#include ../../").and_then(|end| end.strip_suffix("}}"));
    let Some(path) = path else { return false };
    let (file, anchor) = path.split_once(':').unwrap_or((path, ""));
    let Ok(text) = fs::read_to_string(page::root().join(file)) else { return false };
    let folders = ["examples/", "actor-core/examples/", "tests/tests/"];
    folders.iter().any(|folder| file.starts_with(folder))
        && (anchor.is_empty() || text.contains(&format!("// ANCHOR: {anchor}\n")))
}
