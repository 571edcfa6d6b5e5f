//! Each dependency has a row in ARCHITECTURE.md, and each row names a dependency.

use std::collections::BTreeSet;
use std::fs;

use super::page;

const CRATES: &[&str] = &[
    "actor-atomic",
    "actor-core",
    "actor-macros",
    "actor-remote",
    "examples",
    "tests",
    "tests/minimal",
    "tests/processes",
    "tests/ui",
];

#[test]
fn each_dependency_has_its_line_and_each_line_its_dependency() {
    let used: BTreeSet<_> = CRATES.iter().flat_map(|name| dependencies(name)).collect();
    let told = told();
    let untold: Vec<_> = used.difference(&told).collect();
    assert!(untold.is_empty(), "the table of ARCHITECTURE.md lacks {untold:#?}");
    let stale: Vec<_> = told.difference(&used).collect();
    assert!(stale.is_empty(), "the table of ARCHITECTURE.md has what nobody uses: {stale:#?}");
}

/// The external crates that `name` depends on, each with `name`.
fn dependencies(name: &str) -> Vec<(String, String)> {
    let manifest = page::root().join(name).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("a manifest can be read");
    let (mut is_within, mut found) = (false, Vec::new());
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_within = line.ends_with("dependencies]");
        } else if is_within && let Some((key, _)) = line.split_once('=') {
            let key = key.trim().trim_end_matches(".workspace");
            if !CRATES.iter().any(|own| own.rsplit('/').next() == Some(key)) {
                found.push((name.to_owned(), key.to_owned()));
            }
        }
    }
    found
}

/// The rows of the table: a crate of ours, and the dependency it uses.
fn told() -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(page::root().join("ARCHITECTURE.md")).expect("it can be read");
    let (_, table) = text.split_once("## Dependencies").expect("it has the table");
    let mut told = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, crates, users, ..] = cells[..] else { continue };
        for user in users.split(", ").filter_map(|user| user.split("' ").next()) {
            for name in crates.split('`').skip(1).step_by(2) {
                let name = name.split('/').next().unwrap_or(name);
                if CRATES.contains(&user) {
                    told.insert((user.to_owned(), name.to_owned()));
                }
            }
        }
    }
    told
}
