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
use crate::errors::Fault;
use crate::walk::Walk;

/// One thing that was said, and the source text that it was said about.
type Said = (String, String);

fn said(fault: &Fault) -> Said {
    let span = fault.start.join(fault.end).unwrap_or(fault.start);
    (fault.text.clone(), span.source_text().unwrap_or_default())
}

/// The input of a test, or nothing where it is not made of tokens.
fn tokens(text: &str) -> TokenStream {
    let parsed = text.parse();
    assert!(parsed.is_ok(), "not made of tokens: {text}");
    parsed.unwrap_or_default()
}

/// Expands each of our attributes in a file, and leaves the rest.
fn expand_file(file: TokenStream) -> (TokenStream, Vec<Said>) {
    let mut walk = Walk::new(file);
    let mut out = TokenStream::new();
    let mut all = Vec::new();
    while !walk.is_done() {
        let Some((name, options)) = our_attribute(&walk) else {
            out.extend(walk.next());
            continue;
        };
        walk.next();
        walk.next();
        let item = item(&mut walk);
        let (made, faults) = match name.as_str() {
            "main" => expand_entry(Entry::Main, options, item),
            "test" => expand_entry(Entry::Test, options, item),
            _ => expand_actor(options, item),
        };
        all.extend(faults.iter().map(said));
        out.extend(quote!(#made #(#faults)*));
    }
    (out, all)
}

/// `#[actor(..)]`, `#[actor_core::main]` or `#[actor_core::test]`: its name and its options.
fn our_attribute(walk: &Walk) -> Option<(String, TokenStream)> {
    let group = walk.peek_group(1, Delimiter::Bracket).filter(|_| walk.is_mark(0, '#'))?;
    let mut inner = Walk::new(group.stream());
    if inner.is_word(0, "actor_core") {
        (0..3).for_each(|_| drop(inner.next()));
    } else if !inner.is_word(0, "actor") {
        return None;
    }
    let name = inner.next()?.to_string();
    let options = inner.peek_group(0, Delimiter::Parenthesis).map(|group| group.stream());
    Some((name, options.unwrap_or_default()))
}

/// Up to the first braces or semicolon.
fn item(walk: &mut Walk) -> TokenStream {
    let start = walk.position();
    while let Some(tree) = walk.next() {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            _ => {}
        }
    }
    walk.since(start)
}

/// Returns the errors of a file.
fn errors_of(text: &str) -> Vec<Said> {
    expand_file(tokens(text)).1
}
