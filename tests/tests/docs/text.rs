//! Sentences as lists of words: those of a Markdown page without its code, and those of the comments
//! and string literals of a Rust file.

use std::mem;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Replaces inline code, which is not prose.
const CODE: &str = "code";

/// The heading of a table column with examples of bad style, whose cells are left out.
const BAD: &str = "bad";

#[derive(Debug, PartialEq)]
pub(super) struct Sentence {
    /// In lower case, without punctuation.
    pub(super) words: Vec<String>,
    pub(super) is_question: bool,
    /// A heading is a title, which may be a clause.
    pub(super) is_heading: bool,
}

/// The sentences of a page, without its listings.
pub(super) fn of_markdown(page: &str) -> Vec<Sentence> {
    let (mut sentences, mut text) = (Vec::new(), String::new());
    let (mut is_code, mut headings, mut cell) = (false, Vec::new(), None);
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(part) if !is_code => text.push_str(&part),
            Event::Code(_) => text.push_str(CODE),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Start(Tag::TableHead) => (headings, cell) = (Vec::new(), None),
            Event::Start(Tag::TableRow) => cell = Some(0),
            Event::End(TagEnd::TableCell) => {
                let is_bad =
                    cell.and_then(|cell: usize| headings.get(cell)).is_some_and(|it| it == BAD);
                if let Some(cell) = &mut cell {
                    *cell += 1;
                } else {
                    headings.push(text.clone());
                }
                let text = mem::take(&mut text);
                split(if is_bad { "" } else { &text }, false, &mut sentences);
            }
            Event::End(TagEnd::Heading(_)) => split(&mem::take(&mut text), true, &mut sentences),
            Event::Start(Tag::Item) | Event::End(TagEnd::Item | TagEnd::Paragraph) => {
                split(&mem::take(&mut text), false, &mut sentences);
            }
            _ => {}
        }
    }
    split(&text, false, &mut sentences);
    sentences
}

/// The sentences of the comments and of the string literals of a Rust file. The listings in its
/// documentation are left out.
pub(super) fn of_rust(file: &str) -> Vec<Sentence> {
    let (mut sentences, mut comment) = (Vec::new(), String::new());
    let mut rest = file;
    while let Some(first) = rest.chars().next() {
        if let Some(line) = rest.strip_prefix("//") {
            let end = line.find('\n').unwrap_or(line.len());
            comment.push_str(line[..end].trim_start_matches(['/', '!']).trim_start_matches(' '));
            comment.push('\n');
            rest = line[end..].trim_start();
            continue;
        }
        sentences.extend(of_markdown(&mem::take(&mut comment)));
        let after = &rest[first.len_utf8()..];
        rest = match first {
            '"' => {
                let (literal, after) = literal(after);
                if literal.contains(' ') {
                    split(&literal, false, &mut sentences);
                }
                after
            }
            // A character, or else a lifetime.
            '\'' => match after.strip_prefix('\\') {
                Some(escaped) => {
                    escaped.get(1..).and_then(|it| it.split_once('\'')).map_or("", |it| it.1)
                }
                None => after
                    .char_indices()
                    .nth(1)
                    .filter(|(_, c)| *c == '\'')
                    .map_or(after, |(at, _)| &after[at + 1..]),
            },
            'r' => raw_literal(after).map_or(after, |(literal, after)| {
                split(literal, false, &mut sentences);
                after
            }),
            // A word is taken as a whole, so that an `r` within it begins no literal.
            c if c.is_alphanumeric() || c == '_' => {
                after.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
            }
            _ => after,
        };
    }
    sentences.extend(of_markdown(&comment));
    sentences
}

/// The text of a string literal whose opening quote has been read, and what follows the literal.
fn literal(text: &str) -> (String, &str) {
    let (mut literal, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (literal, &text[at + 1..]),
            '\\' => {
                literal.push(' ');
                chars.next();
            }
            _ => literal.push(c),
        }
    }
    (literal, "")
}

/// The same for a raw literal whose `r` has been read; nothing if there is none.
fn raw_literal(text: &str) -> Option<(&str, &str)> {
    let quote = text.trim_start_matches('#');
    let hashes = &text[..text.len() - quote.len()];
    quote.strip_prefix('"')?.split_once(&format!("\"{hashes}"))
}

/// Adds the sentences of a paragraph.
fn split(paragraph: &str, is_heading: bool, sentences: &mut Vec<Sentence>) {
    let mut words = Vec::new();
    for word in paragraph.split_whitespace() {
        let parts = word.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '_')));
        words.extend(parts.filter(|part| !part.is_empty()).map(str::to_lowercase));
        let end = word.trim_end_matches([')', '"', '*', '”']).chars().next_back();
        if matches!(end, Some('.' | '?' | '!' | ':')) {
            let words = mem::take(&mut words);
            sentences.push(Sentence { words, is_question: end == Some('?'), is_heading });
        }
    }
    sentences.push(Sentence { words, is_question: false, is_heading });
    sentences.retain(|sentence| !sentence.words.is_empty());
}

#[test]
fn code_is_no_prose() {
    let words = |sentences: Vec<Sentence>| -> Vec<String> {
        sentences.into_iter().map(|sentence| sentence.words.join(" ")).collect()
    };
    let page = "# Who\n\nIt `waits`. Is it\nthere?\n\n```rust\n// who\n```\n\n| bad | good |\n|---|---|\n| who | a caller |\n";
    assert_eq!(
        words(of_markdown(page)),
        ["who", "it code", "is it there", "bad", "good", "a caller"]
    );
    let file = "/// A caller.\n/// ```\n/// who();\n/// ```\nfn who<'a>(c: char) {\n    f('\"', r#\"one \"two\"\"#, \"a\\\"b\"); // It waits.\n}\n";
    assert_eq!(words(of_rust(file)), ["a caller", "one two", "a b", "it waits"]);
}
