//! Layer 1: one function of an `impl` block: its signature is parsed, its body is not.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, Receiver, Signature, Visibility};

use super::callback::{self, WrongClosure};
use crate::names;
use crate::token_cursor::TokenCursor;

/// The helper attributes of a function, which this crate removes.
const HELPER_ATTRS: &[&str] = &["message", "on_start", "on_stop", "on_exit"];

/// A function, with or without a receiver.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    /// `default`, if present.
    pub(crate) default: Option<TokenStream>,
    pub(crate) signature: Signature,
    /// Whether only actors have the method, in a trait that other types may implement too.
    pub(crate) is_for_actors: bool,
    /// The tokens from the visibility to the start of the body.
    head: TokenStream,
    /// The body, without the wrong closures.
    body: TokenStream,
    /// The closures that do not return their call to the context.
    pub(crate) wrong_closures: Vec<WrongClosure>,
}

/// A function with a receiver.
#[derive(Clone, Copy)]
pub(crate) struct Method<'a> {
    pub(crate) function: &'a Function,
    pub(crate) receiver: &'a Receiver,
}

/// The parts of `fn name<T>(..) -> R where ..` and the body (or `;`) after it.
pub(super) struct Parts {
    before: TokenStream,
    parens: Option<Group>,
    after: TokenStream,
    body: TokenStream,
}

/// Returns whether a new item starts here, so that an incomplete item before it must have ended.
pub(super) fn starts_another(cursor: &TokenCursor) -> bool {
    cursor.is_punct(0, '#') && cursor.peek_group(1, Delimiter::Bracket).is_some()
        || cursor.is_ident(0, "pub")
        || cursor.is_ident(0, "fn") && cursor.peek_ident(1).is_some()
}

/// Reads from `fn` to the end of the body.
pub(super) fn signature(cursor: &mut TokenCursor) -> syn::Result<Parts> {
    let start = cursor.position();
    cursor.next();
    let mut angles = 0_usize;
    let mut arrow = false;
    let mut parens = None;
    let mut before = TokenStream::new();
    let mut middle = cursor.position();
    while let Some(tree) = cursor.peek(0).cloned() {
        let ends = cursor.is_punct(0, ';') || (angles == 0 && is_body(&tree));
        if ends {
            let after = cursor.since(middle);
            cursor.next();
            return Ok(Parts { before, parens, after, body: tree.into_token_stream() });
        }
        if starts_another(cursor) {
            break;
        }
        match &tree {
            TokenTree::Punct(punct) if punct.as_char() == '<' => angles += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' && !arrow => {
                angles = angles.saturating_sub(1);
            }
            TokenTree::Group(group)
                if parens.is_none()
                    && angles == 0
                    && group.delimiter() == Delimiter::Parenthesis =>
            {
                before = cursor.since(start);
                parens = Some(group.clone());
                middle = cursor.position() + 1;
            }
            _ => {}
        }
        arrow = matches!(&tree, TokenTree::Punct(punct) if matches!(punct.as_char(), '-' | '='));
        cursor.next();
    }
    Err(syn::Error::new_spanned(cursor.since(start), "expected a body behind this signature"))
}

/// Returns whether the token is a body: braces, or the expansion of a `$body:block` of a
/// `macro_rules!` macro.
fn is_body(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    match group.delimiter() {
        Delimiter::Brace => true,
        Delimiter::None => {
            let mut inner = group.stream().into_iter();
            inner.next().is_some_and(|tree| is_body(&tree)) && inner.next().is_none()
        }
        Delimiter::Parenthesis | Delimiter::Bracket => false,
    }
}

impl Function {
    pub(super) fn read(
        attrs: Vec<Attribute>,
        vis: TokenStream,
        words: TokenStream,
        parts: Parts,
    ) -> syn::Result<Self> {
        let mut default = None;
        let mut qualifiers = TokenStream::new();
        for tree in words.clone() {
            match &tree {
                TokenTree::Ident(ident) if ident == "default" => {
                    default = Some(tree.into_token_stream());
                }
                _ => tree.to_tokens(&mut qualifiers),
            }
        }
        let Parts { before, parens, after, mut body } = parts;
        let mut whole = qualifiers;
        whole.extend(before.clone());
        parens.to_tokens(&mut whole);
        whole.extend(after.clone());
        let signature: Signature = syn::parse2(whole)?;

        let mut head = vis.clone();
        head.extend(words);
        head.extend(before);
        if let Some(group) = parens {
            plain_arguments(&group, signature.receiver().is_some()).to_tokens(&mut head);
        }
        head.extend(after);
        let vis = syn::parse2(vis)?;
        let wrong_closures = callback::replace(&signature, &mut body);
        Ok(Self {
            attrs,
            vis,
            default,
            signature,
            is_for_actors: false,
            head,
            body,
            wrong_closures,
        })
    }

    /// Adds a bound to the clause between signature and body.
    pub(super) fn bind(&mut self, bound: &TokenStream) {
        self.head.extend(match &self.signature.generics.where_clause {
            None => quote!(where #bound),
            Some(clause) if clause.predicates.empty_or_trailing() => bound.clone(),
            Some(_) => quote!(, #bound),
        });
    }

    pub(crate) fn as_method(&self) -> Option<Method<'_>> {
        match self.signature.inputs.first() {
            Some(FnArg::Receiver(receiver)) => Some(Method { function: self, receiver }),
            _ => None,
        }
    }
}

/// Returns whether this is one of our helper attributes on a function.
pub(crate) fn is_helper(attr: &Attribute) -> bool {
    let mut segments = attr.path().segments.iter().rev();
    segments.next().is_some_and(|last| HELPER_ATTRS.iter().any(|helper| last.ident == helper))
        && segments.next().is_none_or(|crate_path| crate_path.ident == "actor_core")
}

/// Returns whether this may be a misspelt helper attribute. An attribute macro with such a name may
/// exist.
pub(crate) fn is_near_helper(attr: &Attribute) -> bool {
    let name = attr.path().get_ident().map(ToString::to_string).unwrap_or_default();
    !is_helper(attr) && names::did_you_mean(&name, HELPER_ATTRS).is_some()
}

/// Returns the condition and the attributes of a `cfg_attr(condition, first, second)`.
pub(crate) fn conditional(attr: &Attribute) -> Option<(TokenStream, Vec<TokenStream>)> {
    let syn::Meta::List(list) = &attr.meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let mut cursor = TokenCursor::new(list.tokens.clone());
    let mut parts = Vec::new();
    while !cursor.is_done() {
        let start = cursor.position();
        while !cursor.is_done() && !cursor.is_punct(0, ',') {
            cursor.next();
        }
        parts.push(cursor.since(start));
        cursor.next();
    }
    if parts.is_empty() {
        return None;
    }
    let condition = parts.remove(0);
    Some((condition, parts))
}

/// Returns the helper attribute in a `cfg_attr`, which is not allowed there.
pub(crate) fn conditional_helper(attr: &Attribute) -> Option<Ident> {
    let (_, parts) = conditional(attr)?;
    parts.into_iter().find_map(|part| {
        let word = TokenCursor::new(part).peek_ident(0).cloned()?;
        HELPER_ATTRS.iter().any(|helper| word == helper).then_some(word)
    })
}

/// Returns the arguments without `#[data]`, and without the docs that only the message keeps.
///
/// A `&Context`, which is rejected, is completed; otherwise the compiler would report it as well.
fn plain_arguments(group: &Group, has_receiver: bool) -> Group {
    let mut cursor = TokenCursor::new(group.stream());
    let mut kept = TokenStream::new();
    let mut changed = false;
    let mut borrowed = false;
    while !cursor.is_done() {
        let start = cursor.position();
        let incomplete = has_receiver
            && borrowed
            && cursor.is_ident(0, "Context")
            && (cursor.peek(1).is_none() || cursor.is_punct(1, ','));
        borrowed = cursor.is_punct(0, '&') || borrowed && cursor.is_ident(0, "mut");
        let ours = cursor.is_punct(0, '#')
            && cursor.peek_group(1, Delimiter::Bracket).is_some_and(|group| {
                let inner = TokenCursor::new(group.stream());
                inner.is_ident(0, "data") || (has_receiver && inner.is_ident(0, "doc"))
            });
        cursor.next();
        if ours {
            cursor.next();
            changed = true;
        } else {
            kept.extend(cursor.since(start));
        }
        if incomplete {
            kept.extend(quote!(<Self>));
            changed = true;
        }
    }
    if !changed {
        return group.clone();
    }
    let mut plain = Group::new(group.delimiter(), kept);
    plain.set_span(group.span());
    plain
}

fn is_ours(attr: &Attribute) -> bool {
    is_helper(attr) || conditional_helper(attr).is_some()
}

impl ToTokens for Function {
    fn to_tokens(&self, out: &mut TokenStream) {
        for attr in self.attrs.iter().filter(|attr| !is_ours(attr)) {
            attr.to_tokens(out);
        }
        self.head.to_tokens(out);
        self.body.to_tokens(out);
    }
}
