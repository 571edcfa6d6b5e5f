//! Each promise of the guide names the test that checks it, and that test exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::page::{self, Page};

#[test]
fn each_promise_names_a_test_that_is_there() {
    let page = Page::read("book/src/guarantees.md");
    let named: Vec<_> = page.words.iter().filter(|word| is_test_name(word)).collect();
    assert!(named.len() > 50, "the table of guarantees names only {} tests", named.len());
    let tests = tests();
    let missing: Vec<_> = named.into_iter().filter(|name| !tests.contains(*name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

/// Names of tests are sentences.
fn is_test_name(word: &str) -> bool {
    let is_name = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    is_name && word.matches('_').count() >= 2
}

/// The names of all functions in the files of the tests.
fn tests() -> BTreeSet<String> {
    let folders = [
        "tests/tests",
        "tests/minimal/tests",
        "tests/processes/tests",
        "tests/ui/tests",
        "actor-remote/tests",
        "actor-remote/src",
    ];
    let mut folders = folders.map(|folder| page::root().join(folder)).to_vec();
    let mut names = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in entries(folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a test can be read");
            let heads = text.lines().filter_map(|line| line.split_once("fn "));
            names.extend(heads.filter_map(|(_, rest)| Some(rest.split_once('(')?.0.to_owned())));
        }
    }
    names
}

fn entries(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the tests are there");
    entries.map(|entry| entry.expect("a folder can be read").path()).collect()
}
