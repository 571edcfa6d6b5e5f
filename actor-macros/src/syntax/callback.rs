//! Layer 1: the closures that a body passes to the timers, streams, monitors and pipes of its context.
//!
//! It must not look at any other part of a body.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, Pat, Signature};

use crate::token_cursor::TokenCursor;

/// The methods that send the call which their closure returns.
const METHODS: [&str; 5] = ["after", "every", "attach", "monitor", "pipe"];

/// A closure that does not return its call.
pub(crate) struct WrongClosure {
    pub(crate) method: Ident,
    pub(crate) mistake: Mistake,
    /// The parameters: `me` in `|me| async move { me.tick().await }`.
    pub(crate) parameters: TokenStream,
    /// The call `me.tick()`, if the closure does nothing else.
    pub(crate) call: Option<TokenStream>,
}

/// Why a closure is wrong, with the first token that has to be removed.
pub(crate) enum Mistake {
    /// It waits for its call: `async` or `await`.
    Waits(Ident),
    /// It sends its call: `send` or `try_send`.
    Sends(Ident),
    /// It uses a field of the address: `total` in `me.total += 1`.
    UsesField(TokenTree),
}

/// Replaces the wrong closures in `body` by closures that compile, so that the compiler does not
/// report them as well. Returns the replaced ones.
pub(super) fn replace(signature: &Signature, body: &mut TokenStream) -> Vec<WrongClosure> {
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

fn replaced(tokens: TokenStream, contexts: &[Ident], found: &mut Vec<WrongClosure>) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let copy = |(at, tree): (usize, &TokenTree)| {
        let TokenTree::Group(group) = tree else { return tree.clone() };
        let method = trees.get(..at).and_then(|before| method(before, group, contexts));
        let arguments = method.and_then(|method| without_mistake(group, method, found));
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

/// Returns the arguments with another closure, if the original closure is wrong.
fn without_mistake(
    arguments: &Group,
    method: Ident,
    found: &mut Vec<WrongClosure>,
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
    let address = address(&parameters);
    let mistake = word
        .map(Mistake::Waits)
        .or_else(|| sends(&body, address.as_ref()?))
        .or_else(|| uses_field(&body, address.as_ref()?))?;
    let call = match &mistake {
        Mistake::UsesField(_) => None,
        Mistake::Waits(_) | Mistake::Sends(_) => call(&body, address.as_ref()),
    };
    found.push(WrongClosure { method, mistake, parameters, call });
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

/// Returns the first parameter, which is the address, if it is a name.
fn address(parameters: &TokenStream) -> Option<Ident> {
    let mut all = parameters.clone().into_iter();
    let TokenTree::Ident(first) = all.next()? else { return None };
    let ends = all
        .next()
        .is_none_or(|it| matches!(it, TokenTree::Punct(it) if matches!(it.as_char(), ',' | ':')));
    ends.then_some(first)
}

/// Returns `me.tick()` for `me.tick().send()`, with the word that sends it.
fn sent<'a>(body: &'a [TokenTree], address: &Ident) -> Option<(&'a [TokenTree], &'a Ident)> {
    let [call @ .., dot, TokenTree::Ident(word), TokenTree::Group(arguments)] = body else {
        return None;
    };
    let [TokenTree::Ident(receiver), first_dot, TokenTree::Ident(message), TokenTree::Group(_)] =
        call
    else {
        return None;
    };
    let is_sent = is_dot(dot) && (word == "send" || word == "try_send");
    // `me.clone().send()` can be the call of a message with the name `send`.
    let is_call = receiver == address && is_dot(first_dot) && message != "clone";
    (is_sent && is_call && arguments.stream().is_empty()).then_some((call, word))
}

/// Returns the word that sends the call of a closure that does nothing else.
fn sends(body: &[TokenTree], address: &Ident) -> Option<Mistake> {
    if let [TokenTree::Group(group)] = body
        && group.delimiter() == Delimiter::Brace
    {
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        return sends(&inner, address);
    }
    sent(body, address).map(|(_, word)| Mistake::Sends(word.clone()))
}

/// Returns the first field of the address that the closure uses, unless another value may have the
/// name of the address.
fn uses_field(body: &[TokenTree], address: &Ident) -> Option<Mistake> {
    let mut field = None;
    are_receivers(body, address, &mut field).then_some(())?;
    field.map(Mistake::UsesField)
}

/// Returns whether each `address` is followed by a dot, so that none is a new name. Finds the first
/// field.
fn are_receivers(trees: &[TokenTree], address: &Ident, field: &mut Option<TokenTree>) -> bool {
    trees.iter().enumerate().all(|(at, tree)| match tree {
        TokenTree::Group(group) => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            are_receivers(&inner, address, field)
        }
        TokenTree::Ident(name) if name == address => {
            if at.checked_sub(1).and_then(|before| trees.get(before)).is_some_and(is_dot) {
                return true;
            }
            let mut after = trees.iter().skip(at + 1);
            let (dot, member, next) = (after.next(), after.next(), after.next());
            let is_call = match next {
                Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
                Some(TokenTree::Punct(punct)) => punct.as_char() == ':',
                _ => false,
            };
            if !is_call && let Some(TokenTree::Ident(_) | TokenTree::Literal(_)) = member {
                *field = field.take().or_else(|| member.cloned());
            }
            dot.is_some_and(is_dot)
        }
        _ => true,
    })
}

fn is_dot(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '.')
}

/// Returns `me.tick()` for `async move { me.tick().await }` and for `me.tick().send()`, if the body
/// contains nothing else.
fn call(body: &[TokenTree], address: Option<&Ident>) -> Option<TokenStream> {
    let inner = match body {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            return call(&inner, address);
        }
        _ => async_block(body),
    };
    let body = inner.as_deref().unwrap_or(body);
    let awaited = match body {
        [call @ .., dot, TokenTree::Ident(word)] if is_dot(dot) && word == "await" => Some(call),
        _ => None,
    };
    let sent = address.and_then(|address| sent(awaited.unwrap_or(body), address));
    let call = sent.map(|(call, _)| call).or(awaited)?;
    let is_statement = |it: &TokenTree| matches!(it, TokenTree::Punct(it) if it.as_char() == ';');
    let is_all = !call.iter().any(is_statement) && own_await(call).is_none();
    is_all.then(|| call.iter().cloned().collect())
}
