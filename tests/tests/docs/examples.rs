//! The table of examples and the programs agree.

use std::collections::BTreeSet;
use std::fs;

use super::page::{self, Page};

const FOLDERS: [&str; 2] = ["examples/src/bin", "actor-core/examples"];

/// The names of the programs in both folders.
fn programs() -> BTreeSet<String> {
    let files = FOLDERS.iter().flat_map(|folder| {
        fs::read_dir(page::root().join(folder)).expect("the programs are there")
    });
    let names = files.map(|file| file.expect("a folder can be read").file_name());
    names.map(|name| name.to_string_lossy().trim_end_matches(".rs").to_owned()).collect()
}

#[test]
fn the_table_and_the_programs_agree() {
    let table = Page::read("examples/README.md");
    let told = table.links.iter().filter_map(|link| {
        link.strip_prefix("src/bin/").or_else(|| link.strip_prefix("../actor-core/examples/"))
    });
    let told = told.map(|link| link.trim_end_matches("/main.rs").trim_end_matches(".rs"));
    let told: BTreeSet<String> = told.map(str::to_owned).collect();
    assert_eq!(told, programs(), "examples/README.md and the folders of examples differ");
}

/// Each program is either compared with its expected output or has a test of its own.
#[test]
fn each_program_is_run() {
    for name in programs() {
        let is_there = |path: String| page::root().join("examples").join(path).exists();
        assert!(
            is_there(format!("expected/{name}.txt")) || is_there(format!("tests/{name}.rs")),
            "{name} has neither an expected output nor a test"
        );
    }
}

/// The manifest of the package `examples` lists the examples of actor-core, so that its tests run
/// them.
#[test]
fn the_examples_of_the_crate_are_programs_of_the_package() {
    let manifest = page::root().join("examples/Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("a manifest can be read");
    let files = fs::read_dir(page::root().join("actor-core/examples")).expect("they are there");
    let mut count = 0;
    for file in files {
        let name = file.expect("a folder can be read").file_name();
        let path = format!("path = \"../actor-core/examples/{}\"", name.to_string_lossy());
        assert!(manifest.contains(&path), "examples/Cargo.toml lacks {path}");
        count += 1;
    }
    assert!(count >= 5, "only {count} examples");
}
