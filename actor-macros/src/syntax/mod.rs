//! Layer 1: from tokens to the head of an item; bodies stay opaque.
//!
//! It must not check rules: parsed input is passed on, other input is kept as tokens.

mod block;
mod callback;
mod method;
mod trait_item;

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Generics, Token, Type, Visibility};

pub(crate) use block::Member;
pub(crate) use callback::{Mistake, WrongClosure};
pub(crate) use method::{Function, Method, conditional, conditional_helper, is_helper};
pub(crate) use trait_item::TraitItem;

use crate::token_cursor::TokenCursor;

/// The item under `#[actor]`.
pub(crate) enum Item {
    Type(Box<TypeItem>),
    Block(Box<BlockItem>),
    Trait(Box<TraitItem>),
    /// Any other item, with the tokens that identify it.
    Other {
        head: TokenStream,
        tokens: TokenStream,
    },
    /// An item that cannot be parsed (yet), which is kept unchanged.
    Broken {
        error: syn::Error,
        tokens: TokenStream,
    },
}

/// `pub struct Counter<T> where .. { .. }`
pub(crate) struct TypeItem {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The item as written.
    pub(crate) tokens: TokenStream,
}

/// `impl<T> Counter<T> where .. { .. }`
pub(crate) struct BlockItem {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) generics: Generics,
    /// The trait: `Greeter` in `impl Greeter for Robot`.
    pub(crate) of_trait: Option<TokenStream>,
    pub(crate) ty: Type,
    pub(crate) members: Vec<Member>,
    head: TokenStream,
    braces: Group,
}

/// Reads one item.
pub(crate) fn parse(tokens: TokenStream) -> Item {
    let mut cursor = TokenCursor::new(tokens.clone());
    let attrs = match attributes(&mut cursor) {
        Ok(attrs) => attrs,
        Err(error) => return Item::Broken { error, tokens },
    };
    let start = cursor.position();
    let vis = visibility(&mut cursor);
    let word = cursor.peek_ident(0).map(ToString::to_string).unwrap_or_default();
    match word.as_str() {
        "struct" | "enum" => {
            let parsed = (|| parse_type(&attrs, syn::parse2(vis)?, cursor.rest()))();
            parsed
                .map_or_else(|error| Item::Broken { error, tokens }, |it| Item::Type(Box::new(it)))
        }
        "impl" => block(attrs, cursor, tokens),
        // `unsafe impl` and `default impl` exist, `unsafe fn` is something else.
        "unsafe" | "default" if cursor.is_ident(1, "impl") => {
            cursor.next();
            block(attrs, cursor, tokens)
        }
        "trait" => trait_item::read(attrs, vis, cursor, tokens),
        "unsafe" | "auto" if cursor.is_ident(1, "trait") => {
            trait_item::read(attrs, vis, cursor, tokens)
        }
        _ => {
            while let Some(ident) = cursor.peek_ident(0) {
                let last = matches!(
                    ident.to_string().as_str(),
                    "union" | "trait" | "fn" | "mod" | "type" | "use" | "static" | "macro_rules"
                );
                cursor.next();
                if last {
                    break;
                }
            }
            Item::Other { head: cursor.since(start), tokens }
        }
    }
}

fn parse_type(attrs: &[Attribute], vis: Visibility, rest: TokenStream) -> syn::Result<TypeItem> {
    let head = |input: ParseStream<'_>| -> syn::Result<(Ident, Generics)> {
        let _: Ident = input.call(syn::ext::IdentExt::parse_any)?;
        let ident: Ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        generics.where_clause = input.parse()?;
        if input.peek(syn::token::Paren) {
            // A tuple struct has its bounds after the fields.
            let _: Group = input.parse()?;
            generics.where_clause = input.parse()?;
        }
        let _: TokenStream = input.parse()?;
        Ok((ident, generics))
    };
    let (ident, generics) = head.parse2(rest.clone())?;
    let attrs: Vec<Attribute> = attrs.to_vec();
    let mut tokens = TokenStream::new();
    for attr in attrs.iter().filter(|attr| !is_actor(attr)) {
        attr.to_tokens(&mut tokens);
    }
    vis.to_tokens(&mut tokens);
    tokens.extend(rest);
    Ok(TypeItem { attrs, vis, ident, generics, tokens })
}

/// Moves to the braces that end the item. Returns the tokens before them, and the braces.
fn braced(cursor: &mut TokenCursor) -> Option<(TokenStream, Group)> {
    let start = cursor.position();
    loop {
        if let Some(group) = cursor.peek_group(0, Delimiter::Brace)
            && cursor.peek(1).is_none()
        {
            return Some((cursor.since(start), group.clone()));
        }
        cursor.next()?;
    }
}

/// The part of a block's head after its attributes.
struct Head {
    generics: Generics,
    of_trait: Option<TokenStream>,
    ty: Type,
}

impl Parse for Head {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let _: Token![impl] = input.parse()?;
        let has_generics = input.peek(Token![<])
            && (input.peek2(Token![>])
                || input.peek2(Token![#])
                || (input.peek2(syn::Ident) || input.peek2(syn::Lifetime))
                    && (input.peek3(Token![:])
                        || input.peek3(Token![,])
                        || input.peek3(Token![>])
                        || input.peek3(Token![=]))
                || input.peek2(Token![const]));
        let mut generics = if has_generics { input.parse()? } else { Generics::default() };
        let denied: Option<Token![!]> = input.parse()?;
        let first: Type = input.parse()?;
        let (of_trait, ty) = if input.peek(Token![for]) {
            let _: Token![for] = input.parse()?;
            let mut of_trait = denied.into_token_stream();
            first.to_tokens(&mut of_trait);
            (Some(of_trait), input.parse()?)
        } else {
            (None, first)
        };
        generics.where_clause = input.parse()?;
        Ok(Self { generics, of_trait, ty })
    }
}

fn block(attrs: Vec<Attribute>, mut cursor: TokenCursor, tokens: TokenStream) -> Item {
    let Some((head, braces)) = braced(&mut cursor) else {
        let error = syn::Error::new_spanned(&tokens, "expected the braces of an `impl` block");
        return Item::Broken { error, tokens };
    };
    match syn::parse2::<Head>(head.clone()) {
        Ok(Head { generics, of_trait, ty }) => {
            let members = block::members(braces.stream());
            Item::Block(Box::new(BlockItem {
                attrs,
                generics,
                of_trait,
                ty,
                members,
                head,
                braces,
            }))
        }
        Err(error) => Item::Broken { error, tokens },
    }
}

impl BlockItem {
    /// Returns whether a function has an attribute that may be a misspelt helper attribute.
    pub(crate) fn has_near_helper(&self) -> bool {
        has_near_helper(&self.members)
    }

    /// Returns the block as written, without the helper attributes of this crate, and with `bounds`
    /// in its `where` clause.
    pub(crate) fn as_written(&self, bounds: Option<&TokenStream>) -> TokenStream {
        let mut head = self.head.clone();
        if let Some(bounds) = bounds {
            head.extend(match &self.generics.where_clause {
                None => quote!(where #bounds),
                Some(clause) if clause.predicates.empty_or_trailing() => quote!(#bounds),
                Some(_) => quote!(, #bounds),
            });
        }
        as_written(&self.attrs, &head, &self.members, &self.braces)
    }
}

fn has_near_helper(members: &[Member]) -> bool {
    let functions = members.iter().filter_map(|member| match member {
        Member::Function(function) => Some(function),
        _ => None,
    });
    functions.flat_map(|function| &function.attrs).any(method::is_near_helper)
}

fn as_written(
    attrs: &[Attribute],
    head: &TokenStream,
    members: &[Member],
    braces: &Group,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    for attr in attrs.iter().filter(|attr| !is_actor(attr) && !is_async_trait(attr)) {
        attr.to_tokens(&mut tokens);
    }
    head.to_tokens(&mut tokens);
    let mut inner = TokenStream::new();
    for member in members {
        member.to_tokens(&mut inner);
    }
    let mut copy = Group::new(Delimiter::Brace, inner);
    copy.set_span(braces.span());
    copy.to_tokens(&mut tokens);
    tokens
}

/// Returns whether this is another `#[actor]` on an item that already has one.
pub(crate) fn is_actor(attr: &Attribute) -> bool {
    let mut segments = attr.path().segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == "actor")
        && segments.next().is_none_or(|crate_name| crate_name.ident == "actor_core")
}

/// Returns whether this is `#[async_trait]`, which is rejected, and removed so that it causes no
/// second error.
pub(crate) fn is_async_trait(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "async_trait")
}

/// Reads all `#[..]` attributes.
fn attributes(cursor: &mut TokenCursor) -> syn::Result<Vec<Attribute>> {
    let start = cursor.position();
    while cursor.is_punct(0, '#') && cursor.peek_group(1, Delimiter::Bracket).is_some() {
        cursor.next();
        cursor.next();
    }
    Attribute::parse_outer.parse2(cursor.since(start))
}

/// Reads `pub`, `pub(crate)`, the expansion of a `$vis` of a `macro_rules!` macro, or nothing.
fn visibility(cursor: &mut TokenCursor) -> TokenStream {
    let start = cursor.position();
    if cursor.peek_group(0, Delimiter::None).is_some() {
        cursor.next();
    } else if cursor.is_ident(0, "pub") {
        cursor.next();
        if cursor.peek_group(0, Delimiter::Parenthesis).is_some() {
            cursor.next();
        }
    }
    cursor.since(start)
}
