//! Every link within the repository leads to an existing file and heading.

use super::page::{self, Page};

#[test]
fn every_link_and_anchor_resolves() {
    let pages = page::all();
    let mut dead = Vec::new();
    for page in &pages {
        for link in &page.links {
            if !link.contains("://") && !resolves(page, link, &pages) {
                dead.push(format!("{}: {link}", page.name));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n  {}", dead.join("\n  "));
}

fn resolves(page: &Page, link: &str, pages: &[Page]) -> bool {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = page.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = match file {
        "" => page.name.clone(),
        _ => within(folder, file),
    };
    // The book links only to the book: it is read separately from the repository.
    if page.name.starts_with("book/") && !target.starts_with("book/src/") {
        return false;
    }
    let is_there = page::root().join(&target).exists();
    let has_anchor = |page: &Page| page.name == target && page.anchors.contains(anchor);
    is_there && (anchor.is_empty() || pages.iter().any(has_anchor))
}

/// The path from the root of the repository.
fn within(folder: &str, file: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Files are named by their path from the root, or from the page of their crate; this test notices moved
/// files.
#[test]
fn every_file_that_is_named_is_there() {
    let folders =
        ["actor-core/", "actor-macros/", "actor-remote/", "examples/", "tests/", "book/", ".ci/"];
    let mut missing = Vec::new();
    for page in page::all() {
        let folder = page.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        for word in &page.words {
            let is_path = folders.iter().any(|folder| word.starts_with(folder));
            let exists = |folder| page::root().join(folder).join(word).exists();
            if is_path && !word.contains(['*', '<', ' ']) && !exists("") && !exists(folder) {
                missing.push(format!("{}: {word}", page.name));
            }
        }
    }
    assert!(missing.is_empty(), "files that are not there:\n  {}", missing.join("\n  "));
}
