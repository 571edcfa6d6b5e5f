//! Unit tests on tokens, and the harness for them; no compiler is needed.

mod errors;
mod fuzz;
mod layers;
mod names;
mod output;
mod roles;
mod settings;
mod snapshots;
mod spans;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

use crate::actor::expand_actor;
use crate::entry::{Entry, expand_entry};
use crate::errors::Diagnostic;
use crate::token_cursor::TokenCursor;

/// The text of a diagnostic, and the source text under it.
type Reported = (String, String);

fn reported(diagnostic: &Diagnostic) -> Reported {
    let span = diagnostic.start.join(diagnostic.end).unwrap_or(diagnostic.start);
    (diagnostic.text.clone(), span.source_text().unwrap_or_default())
}

/// Parses the input of a test. Fails the test if the input is not made of tokens.
fn tokens(text: &str) -> TokenStream {
    let parsed = text.parse();
    assert!(parsed.is_ok(), "not made of tokens: {text}");
    parsed.unwrap_or_default()
}

/// Expands each of our attributes in a file, and leaves all other tokens.
fn expand_file(file: TokenStream) -> (TokenStream, Vec<Reported>) {
    let mut cursor = TokenCursor::new(file);
    let mut out = TokenStream::new();
    let mut all = Vec::new();
    while !cursor.is_done() {
        let Some((name, options)) = our_attribute(&cursor) else {
            out.extend(cursor.next());
            continue;
        };
        cursor.next();
        cursor.next();
        let item = item(&mut cursor);
        let (made, diagnostics) = match name.as_str() {
            "main" => expand_entry(Entry::Main, options, item),
            "test" => expand_entry(Entry::Test, options, item),
            _ => expand_actor(options, item),
        };
        all.extend(diagnostics.iter().map(reported));
        out.extend(quote!(#made #(#diagnostics)*));
    }
    (out, all)
}

/// Returns the name and the options of `#[actor(..)]`, `#[actor_core::main]` or
/// `#[actor_core::test]`.
fn our_attribute(cursor: &TokenCursor) -> Option<(String, TokenStream)> {
    let group = cursor.peek_group(1, Delimiter::Bracket).filter(|_| cursor.is_punct(0, '#'))?;
    let mut inner = TokenCursor::new(group.stream());
    if inner.is_ident(0, "actor_core") {
        (0..3).for_each(|_| drop(inner.next()));
    } else if !inner.is_ident(0, "actor") {
        return None;
    }
    let name = inner.next()?.to_string();
    let options = inner.peek_group(0, Delimiter::Parenthesis).map(|group| group.stream());
    Some((name, options.unwrap_or_default()))
}

/// Returns the tokens up to the first braces or semicolon.
fn item(cursor: &mut TokenCursor) -> TokenStream {
    let start = cursor.position();
    while let Some(tree) = cursor.next() {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            _ => {}
        }
    }
    cursor.since(start)
}

/// Returns the errors of a file.
fn errors_of(text: &str) -> Vec<Reported> {
    expand_file(tokens(text)).1
}
