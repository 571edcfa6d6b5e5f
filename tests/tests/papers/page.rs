//! A Markdown page taken apart: what it links to, its anchors, its listings and the code in its text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A code block.
pub(super) struct Listing {
    /// What stands behind the fence.
    pub(super) kind: String,
    pub(super) code: String,
}

pub(super) struct Page {
    /// From the top of the repository.
    pub(super) name: String,
    pub(super) links: Vec<String>,
    pub(super) anchors: BTreeSet<String>,
    pub(super) listings: Vec<Listing>,
    /// What stands in backticks.
    pub(super) words: Vec<String>,
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Markdown page of the repository that is kept in it.
pub(super) fn all() -> Vec<Page> {
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let mut names: Vec<String> = top.map(str::to_owned).into();
    names.push("examples/README.md".into());
    names.extend(chapters().into_iter().map(|chapter| format!("book/src/{chapter}")));
    names.iter().map(|name| Page::read(name)).collect()
}

/// The files of `book/src` but for the table of contents.
pub(super) fn chapters() -> Vec<String> {
    let files = fs::read_dir(root().join("book/src")).expect("the guide is there");
    let names = files.map(|file| file.expect("a folder can be read").file_name());
    let names = names.map(|name| name.into_string().expect("a chapter has a plain name"));
    let mut names: Vec<String> = names.filter(|name| name != "SUMMARY.md").collect();
    names.sort();
    names
}

impl Page {
    pub(super) fn read(name: &str) -> Page {
        let text = fs::read_to_string(root().join(name)).expect("a page can be read");
        let mut page = Page {
            name: name.to_owned(),
            links: Vec::new(),
            anchors: BTreeSet::new(),
            listings: Vec::new(),
            words: Vec::new(),
        };
        let mut heading: Option<String> = None;
        let mut listing: Option<Listing> = None;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors.extend(heading.take().map(|heading| anchor(&heading)));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let kind = match kind {
                        CodeBlockKind::Fenced(kind) => kind.into_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    listing = Some(Listing { kind, code: String::new() });
                }
                Event::End(TagEnd::CodeBlock) => page.listings.extend(listing.take()),
                Event::Text(text) => match (&mut listing, &mut heading) {
                    (Some(listing), _) => listing.code.push_str(&text),
                    (None, Some(heading)) => heading.push_str(&text),
                    (None, None) => {}
                },
                Event::Code(code) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&code);
                    }
                    page.words.push(code.into_string());
                }
                _ => {}
            }
        }
        page
    }
}

/// The anchor of a heading, as both mdBook and GitHub make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
