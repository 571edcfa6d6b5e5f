//! Layer 1: the closures that a body passes to the timers, streams, monitors and pipes of its context.
//!
//! It must not look at any other part of a body.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, Pat, Signature};

use crate::token_cursor::TokenCursor;

/// The methods that send the call which their closure returns.
const METHODS: [&str; 5] = ["after", "every", "attach", "monitor", "pipe"];

/// A closure that waits for its call instead of returning it.
pub(crate) struct WaitingClosure {
    pub(crate) method: Ident,
    /// The first `async` or `await` that has to be removed.
    pub(crate) word: Ident,
    /// The parameters: `me` in `|me| async move { me.tick().await }`.
    pub(crate) parameters: TokenStream,
    /// The call `me.tick()`, if the closure does nothing else.
    pub(crate) call: Option<TokenStream>,
}

/// Replaces the waiting closures in `body` by closures that compile, so that the compiler does not
/// report them as well. Returns the replaced ones.
pub(super) fn replace(signature: &Signature, body: &mut TokenStream) -> Vec<WaitingClosure> {
    let contexts = contexts(signature);
    let mut found = Vec::new();
    if !contexts.is_empty() {
        let replaced = replaced(body.clone(), &contexts, &mut found);
        if !found.is_empty() {
            *body = replaced;
        }
    }
    found
}

/// Returns the names of the arguments that are contexts.
fn contexts(signature: &Signature) -> Vec<Ident> {
    let name = |arg: &FnArg| {
        let FnArg::Typed(arg) = arg else { return None };
        let Pat::Ident(name) = &*arg.pat else { return None };
        let mut ty = arg.ty.to_token_stream().into_iter();
        let borrows = matches!(ty.next(), Some(TokenTree::Punct(it)) if it.as_char() == '&');
        let is_context = |it: TokenTree| matches!(it, TokenTree::Ident(it) if it == "Context");
        (borrows && ty.any(is_context)).then(|| name.ident.clone())
    };
    signature.inputs.iter().filter_map(name).collect()
}

fn replaced(
    tokens: TokenStream,
    contexts: &[Ident],
    found: &mut Vec<WaitingClosure>,
) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let copy = |(at, tree): (usize, &TokenTree)| {
        let TokenTree::Group(group) = tree else { return tree.clone() };
        let method = trees.get(..at).and_then(|before| method(before, group, contexts));
        let arguments = method.and_then(|method| without_waiting(group, method, found));
        let inner = arguments.unwrap_or_else(|| replaced(group.stream(), contexts, found));
        let mut copy = Group::new(group.delimiter(), inner);
        copy.set_span(group.span());
        copy.into()
    };
    trees.iter().enumerate().map(copy).collect()
}

/// Returns the method whose arguments are `group`: `context.after(..)`, or `call.pipe(context,
/// ..)`.
fn method(before: &[TokenTree], group: &Group, contexts: &[Ident]) -> Option<Ident> {
    let is_context = |it: &TokenTree| matches!(it, TokenTree::Ident(it) if contexts.contains(it));
    let is_dot = |it: &TokenTree| matches!(it, TokenTree::Punct(it) if it.as_char() == '.');
    let [before @ .., dot, TokenTree::Ident(method)] = before else { return None };
    let is_method = METHODS.iter().any(|known| method == known);
    if group.delimiter() != Delimiter::Parenthesis || !is_dot(dot) || !is_method {
        return None;
    }
    let of_context = match before {
        [.., before, receiver] => is_context(receiver) && !is_dot(before),
        [receiver] => is_context(receiver),
        [] => false,
    };
    let of_call =
        method == "pipe" && group.stream().into_iter().next().is_some_and(|it| is_context(&it));
    (of_context || of_call).then(|| method.clone())
}

/// Returns the arguments with another closure, if the original closure waits.
fn without_waiting(
    arguments: &Group,
    method: Ident,
    found: &mut Vec<WaitingClosure>,
) -> Option<TokenStream> {
    let mut cursor = TokenCursor::new(arguments.stream());
    let mut begins = true;
    while !(begins && starts_closure(&cursor)) {
        begins = cursor.is_punct(0, ',');
        cursor.next()?;
    }
    let mut other = cursor.since(0);
    let mut word = cursor.is_ident(0, "async").then(|| cursor.peek_ident(0).cloned()).flatten();
    while !cursor.is_punct(0, '|') {
        cursor.next();
    }
    cursor.next();
    let start = cursor.position();
    let mut names = 1;
    while !cursor.is_punct(0, '|') {
        names += usize::from(cursor.is_punct(0, ',') && !cursor.is_punct(1, '|'));
        cursor.next()?;
    }
    let parameters = cursor.since(start);
    cursor.next();
    let mut body: Vec<TokenTree> = cursor.rest().into_iter().collect();
    body.pop_if(|last| matches!(last, TokenTree::Punct(it) if it.as_char() == ','));
    word = word.or_else(|| waits(&body));
    found.push(WaitingClosure { method, word: word?, parameters, call: call(&body) });
    let ignored = std::iter::repeat_n(quote!(, _), names - 1);
    other.extend(quote!(|__me #(#ignored)*| __me.__rejected_call()));
    Some(other)
}

/// Returns whether a closure with arguments starts here.
fn starts_closure(cursor: &TokenCursor) -> bool {
    let mut ahead = usize::from(cursor.is_ident(0, "async"));
    ahead += usize::from(cursor.is_ident(ahead, "move"));
    cursor.is_punct(ahead, '|') && !cursor.is_punct(ahead + 1, '|')
}

/// Returns the word that makes a closure with this body wait: `async` if it returns an `async`
/// block, or an `await` of its own.
fn waits(body: &[TokenTree]) -> Option<Ident> {
    match body {
        [TokenTree::Ident(word), ..] if word == "async" => Some(word.clone()),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            match async_block(&inner) {
                Some(_) => waits(&inner),
                None => own_await(&inner),
            }
        }
        _ => own_await(body),
    }
}

/// Returns the contents of the `async` block, if these tokens are one.
fn async_block(trees: &[TokenTree]) -> Option<Vec<TokenTree>> {
    let is_word = |it: &TokenTree, word| matches!(it, TokenTree::Ident(it) if it == word);
    match trees {
        [first, TokenTree::Group(group)] if is_word(first, "async") => {
            Some(group.stream().into_iter().collect())
        }
        [first, second, TokenTree::Group(group)]
            if is_word(first, "async") && is_word(second, "move") =>
        {
            Some(group.stream().into_iter().collect())
        }
        _ => None,
    }
}

/// Returns the first `await` outside of `async` blocks.
fn own_await(trees: &[TokenTree]) -> Option<Ident> {
    let is_async =
        |it: Option<&TokenTree>| matches!(it, Some(TokenTree::Ident(it)) if it == "async");
    let is_move = |it: Option<&TokenTree>| matches!(it, Some(TokenTree::Ident(it)) if it == "move");
    let before = |at: usize, back: usize| at.checked_sub(back).and_then(|at| trees.get(at));
    trees.iter().enumerate().find_map(|(at, tree)| match tree {
        TokenTree::Group(_) if is_async(before(at, 1)) => None,
        TokenTree::Group(_) if is_move(before(at, 1)) && is_async(before(at, 2)) => None,
        TokenTree::Group(group) => own_await(&group.stream().into_iter().collect::<Vec<_>>()),
        TokenTree::Ident(word) if word == "await" => Some(word.clone()),
        _ => None,
    })
}

/// Returns `me.tick()` for `async move { me.tick().await }`, if the body contains nothing else.
fn call(body: &[TokenTree]) -> Option<TokenStream> {
    let inner = match body {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            return call(&inner);
        }
        _ => async_block(body),
    };
    let [call @ .., TokenTree::Punct(dot), TokenTree::Ident(word)] =
        inner.as_deref().unwrap_or(body)
    else {
        return None;
    };
    let is_statement = |it: &TokenTree| matches!(it, TokenTree::Punct(it) if it.as_char() == ';');
    let is_all = dot.as_char() == '.'
        && word == "await"
        && !call.iter().any(is_statement)
        && own_await(call).is_none();
    is_all.then(|| call.iter().cloned().collect())
}
