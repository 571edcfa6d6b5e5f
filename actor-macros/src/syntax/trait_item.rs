//! Layer 1: a trait, split into its head and its items; it must not check rules.

use proc_macro2::{Group, Ident, TokenStream};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Generics, Token, Visibility};

use super::block::{self, Member};
use super::{Item, as_written, braced, has_near_helper};
use crate::token_cursor::TokenCursor;

/// `pub trait Greeter<T>: Supertrait where .. { .. }`
pub(crate) struct TraitItem {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    /// `unsafe` or `auto`, if present.
    pub(crate) qualifiers: TokenStream,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) supertraits: TokenStream,
    pub(crate) members: Vec<Member>,
    head: TokenStream,
    braces: Group,
}

pub(super) fn read(
    attrs: Vec<Attribute>,
    vis: TokenStream,
    mut cursor: TokenCursor,
    tokens: TokenStream,
) -> Item {
    let Some((head, braces)) = braced(&mut cursor) else {
        let error = syn::Error::new_spanned(&tokens, "expected the braces of a trait");
        return Item::Broken { error, tokens };
    };
    let parse = |input: ParseStream<'_>| -> syn::Result<_> {
        let qualifiers = match input.parse::<Option<Token![unsafe]>>()? {
            Some(word) => word.into_token_stream(),
            None => input.parse::<Option<Token![auto]>>()?.into_token_stream(),
        };
        let _: Token![trait] = input.parse()?;
        let ident: Ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let mut supertraits = TokenStream::new();
        if input.parse::<Option<Token![:]>>()?.is_some() {
            while !input.is_empty() && !input.peek(Token![where]) {
                input.parse::<proc_macro2::TokenTree>()?.to_tokens(&mut supertraits);
            }
        }
        generics.where_clause = input.parse()?;
        Ok((qualifiers, ident, generics, supertraits))
    };
    let parsed =
        (|| Ok::<_, syn::Error>((parse.parse2(head.clone())?, syn::parse2(vis.clone())?)))();
    match parsed {
        Ok(((qualifiers, ident, generics, supertraits), parsed_vis)) => {
            let members = block::members(braces.stream());
            let mut whole = vis;
            whole.extend(head);
            Item::Trait(Box::new(TraitItem {
                attrs,
                vis: parsed_vis,
                qualifiers,
                ident,
                generics,
                supertraits,
                members,
                head: whole,
                braces,
            }))
        }
        Err(error) => Item::Broken { error, tokens },
    }
}

impl TraitItem {
    /// Returns whether a function has an attribute that may be a misspelt helper attribute.
    pub(crate) fn has_near_helper(&self) -> bool {
        has_near_helper(&self.members)
    }

    /// Returns the trait as written, without the helper attributes of this crate, and with `bound`
    /// on the methods that exist only for actors.
    pub(crate) fn into_written(mut self, bound: &TokenStream) -> TokenStream {
        for member in &mut self.members {
            if let Member::Function(function) = member
                && function.is_for_actors
            {
                function.bind(bound);
            }
        }
        as_written(&self.attrs, &self.head, &self.members, &self.braces)
    }
}
