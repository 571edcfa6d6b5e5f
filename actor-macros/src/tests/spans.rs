//! The spans of an expansion's tokens, on which editors depend.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{expand_file, tokens};
use crate::token_cursor::TokenCursor;

const INPUT: &str = "
    #[actor]
    impl Counter {
        /// Adds.
        #[deprecated]
        pub fn add(&mut self, amount: u64, kind: Kind) -> Option<u64> { None }
        pub fn plain(&mut self) {}
        pub fn refused(&mut self, text: &str) {}
    }
";

/// Returns the contents of `impl CounterAddr { .. }`, wherever it stands.
fn address_methods(tokens: TokenStream) -> Option<TokenStream> {
    let mut cursor = TokenCursor::new(tokens);
    while let Some(tree) = cursor.next() {
        if cursor.is_ident(0, "CounterAddr")
            && let Some(group) = cursor.peek_group(1, Delimiter::Brace)
        {
            return Some(group.stream());
        }
        if let TokenTree::Group(group) = tree
            && let Some(found) = address_methods(group.stream())
        {
            return Some(found);
        }
    }
    None
}

fn each(tokens: TokenStream, visit: &mut dyn FnMut(&TokenTree)) {
    for tree in tokens {
        visit(&tree);
        if let TokenTree::Group(group) = &tree {
            each(group.stream(), visit);
        }
    }
}

#[test]
fn no_token_of_an_address_method_is_hidden() {
    let methods = address_methods(expand_file(tokens(INPUT)).0).unwrap_or_default();
    let mut count = 0;
    each(methods, &mut |tree| {
        count += 1;
        assert!(tree.span().source_text().is_some(), "hidden: `{tree}`");
    });
    assert!(count > 100, "the methods were not found");
}

#[test]
fn the_tokens_of_an_address_method_have_the_span_of_its_handler() {
    let methods = address_methods(expand_file(tokens(INPUT)).0).unwrap_or_default();
    let mut seen = Vec::new();
    each(methods, &mut |tree| {
        if let TokenTree::Ident(ident) = tree
            && ["Call", "__new", "__reply", "Add", "CounterMessage"].iter().any(|it| ident == it)
        {
            seen.push(ident.span().source_text().unwrap_or_default());
        }
    });
    assert!(seen.len() > 10);
    assert!(seen.iter().all(|it| ["add", "plain", "refused"].contains(&it.as_str())), "{seen:?}");
}

#[test]
fn expanding_twice_gives_the_same() {
    let once = expand_file(tokens(INPUT)).0.to_string();
    let twice = expand_file(tokens(INPUT)).0.to_string();
    assert_eq!(once, twice);
}

#[test]
fn another_crate_path_leaves_no_trace_of_the_usual_one() {
    let input = "
        #[actor(crate = ::mine::rt, capacity = 3)] pub struct Counter<T>(T);
        #[actor(crate = ::mine::rt)]
        impl<T> Counter<T> {
            pub async fn add(&mut self, amount: u64) -> u64 { 0 }
            pub fn handle_async(&mut self, reply: Reply<T>, context: &Context<Self>) {}
            #[on_start] fn start(&mut self, context: &mut Context<Self>) {}
            pub fn refused(&mut self, text: &str) {}
        }
    ";
    each(expand_file(tokens(input)).0, &mut |tree| {
        assert_ne!(tree.to_string(), "actor_core");
    });
}
