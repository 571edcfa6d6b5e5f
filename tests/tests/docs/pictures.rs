//! The pictures of the guide: each source is shown by one chapter, and its names exist in the code.

use std::collections::BTreeSet;
use std::fs;

use super::page;

/// The line of a chapter that `book/pictures` replaces by a picture.
const MARKER: &str = "<!-- picture: ";

/// The names in a diagram that its chapter or program defines, and the file in which they are.
const NAMES: &[(&str, &[&str], &str)] = &[
    ("back-pressure", &["Source", "Square", "Sum"], "examples/src/bin/pipeline.rs"),
    ("deadlock-cycle", &["bank", "branch", "audit", "report", "rate"], "book/src/deadlock.md"),
    ("deadlock-cycle", &["Deadlock"], "actor-core/src/error/message_error.rs"),
    ("life-of-a-message", &["counter.add(5).await", "Counter::add"], "book/src/how-it-works.md"),
    ("nodes-and-sessions", &["server", "client", "counter"], "examples/src/bin/remote.rs"),
    ("restart-time-line", &["Panicked"], "actor-core/src/error/message_error.rs"),
];

#[test]
fn each_diagram_is_shown_by_one_chapter() {
    let files = fs::read_dir(page::root().join("book/diagrams")).expect("the diagrams are there");
    let names = files.map(|file| file.expect("a folder can be read").file_name());
    let names = names.map(|name| name.into_string().expect("a diagram has a plain name"));
    let mut diagrams: Vec<String> = names.map(|name| format!("diagrams/{name}")).collect();
    diagrams.sort();
    let mut shown: Vec<String> = shown_pictures();
    shown.retain(|file| file.starts_with("diagrams/"));
    shown.sort();
    assert_eq!(shown, diagrams, "the lines `{MARKER}..` and the files of book/diagrams differ");
}

#[test]
fn every_picture_that_is_shown_is_there() {
    let shown = shown_pictures();
    let is_missing = |file: &&String| !page::root().join("book").join(file).exists();
    let missing: Vec<_> = shown.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "pictures that are not there: {missing:?}");
}

#[test]
fn the_states_in_the_picture_are_those_of_a_snapshot() {
    let snapshot = read("actor-core/src/snapshot.rs");
    let diagram = diagram("states-of-an-actor");
    assert_eq!(arguments(&diagram, "state("), variants(&snapshot, "ActorState"));
    assert_eq!(arguments(&diagram, "activity("), variants(&snapshot, "Activity"));
}

#[test]
fn the_strategies_in_the_picture_are_those_of_a_supervisor() {
    let code = read("actor-core/src/supervision/supervisor.rs");
    let functions = code.lines().filter_map(|line| line.trim().strip_prefix("pub fn "));
    let names = functions.filter_map(|line| line.strip_suffix("() -> Self {"));
    let names = names.filter(|name| name.contains("_for_"));
    let strategies: BTreeSet<_> = names.map(str::to_owned).collect();
    assert!(!strategies.is_empty(), "the strategies are functions without arguments");
    assert_eq!(arguments(&diagram("restart-strategies"), "strategy("), strategies);
}

/// The time line shows the listing of its chapter.
#[test]
fn the_messages_on_the_time_line_are_those_of_the_listing() {
    let chapter = read("book/src/supervision.md");
    let (_, calls) = chapter.split_once("let calls = [").expect("the listing is there");
    let (calls, _) = calls.split_once(']').expect("its list has an end");
    let calls: BTreeSet<_> = calls.split(", ").map(|call| call.replace('"', "")).collect();
    assert_eq!(arguments(&diagram("restart-time-line"), "message("), calls);
}

#[test]
fn the_names_in_the_pictures_are_in_the_code() {
    let mut missing = Vec::new();
    for (name, words, file) in NAMES {
        let (diagram, code) = (diagram(name), read(file));
        let texts: Vec<_> = diagram.split('"').skip(1).step_by(2).collect();
        for word in *words {
            if !texts.iter().any(|text| has_word(text, word)) || !has_word(&code, word) {
                missing.push(format!("{word}: in {name} and in {file}"));
            }
        }
    }
    assert!(missing.is_empty(), "names that are not in both:\n  {}", missing.join("\n  "));
}

/// The files that the chapters and the results of the benches show, from the folder of the book. A marker is
/// a line of its own.
fn shown_pictures() -> Vec<String> {
    let mut pages: Vec<_> =
        page::chapters().iter().map(|name| read(&format!("book/src/{name}"))).collect();
    pages.push(read("benches/results.md"));
    let mut files = Vec::new();
    for line in pages.iter().flat_map(|page| page.lines()).filter(|line| line.contains(MARKER)) {
        let file = line.strip_prefix(MARKER).and_then(|line| line.strip_suffix(" -->"));
        files.push(file.unwrap_or_else(|| panic!("not a line of its own: {line}")).to_owned());
    }
    files
}

/// Whether `word` occurs in `text`, and not only as a part of a longer word.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

/// The texts that directly follow `prefix` in a diagram.
fn arguments(diagram: &str, prefix: &str) -> BTreeSet<String> {
    let prefix = format!("{prefix}\"");
    diagram
        .split(&prefix)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

/// The names of the variants of an enum.
fn variants(code: &str, name: &str) -> BTreeSet<String> {
    let file = syn::parse_file(code).expect("the code can be parsed");
    let variants = file.items.into_iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == name => Some(item.variants),
        _ => None,
    });
    let variants = variants.unwrap_or_else(|| panic!("there is no enum {name}"));
    variants.into_iter().map(|variant| variant.ident.to_string()).collect()
}

fn diagram(name: &str) -> String {
    read(&format!("book/diagrams/{name}.pikchr"))
}

fn read(name: &str) -> String {
    fs::read_to_string(page::root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
