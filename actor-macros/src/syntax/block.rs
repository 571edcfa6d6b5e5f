//! Layer 1: the contents of an `impl` block, split into items.
//!
//! It must not lose a token: an item that cannot be parsed is kept, and parsing continues after it.

use proc_macro2::{Delimiter, TokenStream};
use quote::ToTokens;

use super::method::{self, Function};
use super::{attributes, visibility};
use crate::walk::Walk;

/// One item of an `impl` block.
pub(crate) enum Member {
    Function(Box<Function>),
    /// A constant, a type or a macro call.
    Other(TokenStream),
    Broken {
        error: syn::Error,
        tokens: TokenStream,
    },
}

impl ToTokens for Member {
    fn to_tokens(&self, out: &mut TokenStream) {
        match self {
            Member::Function(function) => function.to_tokens(out),
            Member::Other(tokens) | Member::Broken { tokens, .. } => tokens.to_tokens(out),
        }
    }
}

pub(super) fn members(tokens: TokenStream) -> Vec<Member> {
    let mut walk = Walk::new(tokens);
    let mut members = Vec::new();
    while !walk.is_done() {
        members.push(member(&mut walk));
    }
    members
}

fn member(walk: &mut Walk) -> Member {
    let start = walk.position();
    if walk.is_mark(0, '#') && walk.is_mark(1, '!') {
        // An inner attribute or inner doc comment.
        for _ in 0..3 {
            walk.next();
        }
        return Member::Other(walk.since(start));
    }
    let attrs = match attributes(walk) {
        Ok(attrs) => attrs,
        Err(error) => {
            skip(walk);
            return Member::Broken { error, tokens: walk.since(start) };
        }
    };
    let head = walk.position();
    let vis = visibility(walk);
    let Some(words) = qualifiers(walk) else {
        skip(walk);
        let tokens = walk.since(start);
        return if walk.position() == head {
            let error = syn::Error::new_spanned(&tokens, "expected an item");
            Member::Broken { error, tokens }
        } else {
            Member::Other(tokens)
        };
    };
    let parsed = method::signature(walk).and_then(|parts| Function::read(attrs, vis, words, parts));
    parsed.map_or_else(
        |error| Member::Broken { error, tokens: walk.since(start) },
        |function| Member::Function(Box::new(function)),
    )
}

/// Reads `default const async unsafe extern "C"`, if `fn` follows.
fn qualifiers(walk: &mut Walk) -> Option<TokenStream> {
    const WORDS: [&str; 6] = ["default", "const", "async", "unsafe", "safe", "extern"];
    let mut count = 0;
    while !walk.is_word(count, "fn") {
        let known = walk.peek_ident(count).is_some_and(|it| WORDS.iter().any(|word| it == word));
        let abi = count > 0
            && walk.is_word(count.saturating_sub(1), "extern")
            && matches!(walk.peek(count), Some(proc_macro2::TokenTree::Literal(_)));
        if !known && !abi {
            return None;
        }
        count += 1;
    }
    let start = walk.position();
    for _ in 0..count {
        walk.next();
    }
    Some(walk.since(start))
}

/// Skips to the end of an item that is not a function.
fn skip(walk: &mut Walk) {
    // A constant may have braces in its value, so only `;` ends it.
    let until_semicolon = ["const", "type", "static"].iter().any(|word| walk.is_word(0, word));
    while let Some(tree) = walk.peek(0) {
        let brace = matches!(tree, proc_macro2::TokenTree::Group(group)
            if group.delimiter() == Delimiter::Brace);
        if method::starts_another(walk) {
            return;
        }
        let semicolon = walk.is_mark(0, ';');
        walk.next();
        if semicolon || (brace && !until_semicolon) {
            return;
        }
    }
}
