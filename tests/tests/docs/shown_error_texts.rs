//! The error texts in the guide are those that the compiler prints; two dots replace omitted parts.

use std::fs;

use super::page::{self, Page};

#[test]
fn each_shown_error_text_is_printed() {
    let (mut folders, mut printed) = (vec![page::root().join("tests/ui")], String::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the error texts are there") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "stderr") {
                printed.push_str(&fs::read_to_string(path).expect("a text can be read"));
            }
        }
    }
    let shown = Page::read("book/src/quick-start.md").listings;
    let is_error = |code: &str| code.starts_with("error");
    let shown = shown.iter().filter(|it| it.kind == "text" && is_error(&it.code));
    let lines: Vec<&str> = shown.flat_map(|listing| listing.code.lines()).collect();
    assert!(lines.len() > 5, "the quick start shows {} lines of errors", lines.len());
    let is_printed = |line: &&str| printed.lines().any(|other| is_within(line.trim(), other));
    let wrong: Vec<_> = lines.into_iter().filter(|line| !is_printed(line)).collect();
    assert!(wrong.is_empty(), "nobody prints:\n  {}", wrong.join("\n  "));
}

/// Whether the parts of `shown` between the dots occur in `line`, in that order.
fn is_within(shown: &str, line: &str) -> bool {
    let mut rest = line;
    shown.split(", ..").all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}
