//! Layer 1: the contents of an `impl` block, split into items.
//!
//! It must not lose a token: an item that cannot be parsed is kept, and parsing continues after it.

use proc_macro2::{Delimiter, TokenStream};
use quote::ToTokens;

use super::method::{self, Function};
use super::{attributes, visibility};
use crate::token_cursor::TokenCursor;

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
    let mut cursor = TokenCursor::new(tokens);
    let mut members = Vec::new();
    while !cursor.is_done() {
        members.push(member(&mut cursor));
    }
    members
}

fn member(cursor: &mut TokenCursor) -> Member {
    let start = cursor.position();
    if cursor.is_punct(0, '#') && cursor.is_punct(1, '!') {
        // An inner attribute or inner doc comment.
        for _ in 0..3 {
            cursor.next();
        }
        return Member::Other(cursor.since(start));
    }
    let attrs = match attributes(cursor) {
        Ok(attrs) => attrs,
        Err(error) => {
            skip(cursor);
            return Member::Broken { error, tokens: cursor.since(start) };
        }
    };
    let head = cursor.position();
    let vis = visibility(cursor);
    let Some(words) = qualifiers(cursor) else {
        skip(cursor);
        let tokens = cursor.since(start);
        return if cursor.position() == head {
            let error = syn::Error::new_spanned(&tokens, "expected an item");
            Member::Broken { error, tokens }
        } else {
            Member::Other(tokens)
        };
    };
    let parsed =
        method::signature(cursor).and_then(|parts| Function::read(attrs, vis, words, parts));
    parsed.map_or_else(
        |error| Member::Broken { error, tokens: cursor.since(start) },
        |function| Member::Function(Box::new(function)),
    )
}

/// Reads `default const async unsafe extern "C"`, if `fn` follows.
fn qualifiers(cursor: &mut TokenCursor) -> Option<TokenStream> {
    const WORDS: [&str; 6] = ["default", "const", "async", "unsafe", "safe", "extern"];
    let mut count = 0;
    while !cursor.is_ident(count, "fn") {
        let known = cursor.peek_ident(count).is_some_and(|it| WORDS.iter().any(|word| it == word));
        let abi = count > 0
            && cursor.is_ident(count.saturating_sub(1), "extern")
            && matches!(cursor.peek(count), Some(proc_macro2::TokenTree::Literal(_)));
        if !known && !abi {
            return None;
        }
        count += 1;
    }
    let start = cursor.position();
    for _ in 0..count {
        cursor.next();
    }
    Some(cursor.since(start))
}

/// Skips to the end of an item that is not a function.
fn skip(cursor: &mut TokenCursor) {
    // A constant may have braces in its value, so only `;` ends it.
    let until_semicolon = ["const", "type", "static"].iter().any(|word| cursor.is_ident(0, word));
    while let Some(tree) = cursor.peek(0) {
        let brace = matches!(tree, proc_macro2::TokenTree::Group(group)
            if group.delimiter() == Delimiter::Brace);
        if method::starts_another(cursor) {
            return;
        }
        let semicolon = cursor.is_punct(0, ';');
        cursor.next();
        if semicolon || (brace && !until_semicolon) {
            return;
        }
    }
}
