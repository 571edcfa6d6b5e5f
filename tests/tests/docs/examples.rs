//! The table of examples and the programs agree.

use std::collections::BTreeSet;
use std::fs;

use super::page::{self, Page};

#[test]
fn the_table_and_the_programs_agree() {
    let table = Page::read("examples/README.md");
    let told = table.links.iter().filter_map(|link| link.strip_prefix("src/bin/"));
    let told = told.map(|link| link.trim_end_matches("/main.rs").trim_end_matches(".rs"));
    let told: BTreeSet<String> = told.map(str::to_owned).collect();
    let files = fs::read_dir(page::root().join("examples/src/bin")).expect("they are there");
    let names = files.map(|file| file.expect("a folder can be read").file_name());
    let there: BTreeSet<String> =
        names.map(|name| name.to_string_lossy().trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(told, there, "examples/README.md and examples/src/bin differ");
}

/// Each program is either compared with its expected output or has a test of its own.
#[test]
fn each_program_is_run() {
    let files = fs::read_dir(page::root().join("examples/src/bin")).expect("they are there");
    for file in files {
        let name = file.expect("a folder can be read").file_name();
        let name = name.to_string_lossy().trim_end_matches(".rs").to_owned();
        let is_there = |path: String| page::root().join("examples").join(path).exists();
        assert!(
            is_there(format!("expected/{name}.txt")) || is_there(format!("tests/{name}.rs")),
            "{name} has neither an expected output nor a test"
        );
    }
}
