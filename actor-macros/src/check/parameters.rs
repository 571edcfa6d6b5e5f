//! Layer 3: type parameters that seem to lack `Send` or `'static`.
//!
//! It must not reject them: a supertrait, which the tokens do not show, may imply the bounds. The
//! compiler decides, in a check that `expand` adds; the other generated items assume the bounds, so
//! that the check is the only error.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Generics, PredicateType, Signature, Type, TypeParamBound, WherePredicate};

use super::{args, owned, reply};
use crate::display::display_tokens;
use crate::model::{MissingBounds, Parameter};
use crate::syntax::Member;

/// Traits that imply neither `Send` nor `'static`.
const PLAIN: &[&str] = &[
    "AsRef",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Eq",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Future",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Send",
    "Sized",
    "Sync",
    "ToString",
    "TryFrom",
    "Unpin",
];

/// Returns the parameters of the impl of a protocol whose bounds are missing. Only parameters in
/// its messages count, because these are certainly sent. The actor's own block has the others.
pub(super) fn missing_in_protocol_impl(
    generics: &Generics,
    members: &[Member],
) -> Option<MissingBounds> {
    let mut missing = missing(generics, "an actor", "impl", true, members)?;
    missing.parameters.retain(|it| it.is_sent);
    (!missing.parameters.is_empty()).then_some(missing)
}

/// Returns the parameters of `generics` whose bounds are missing; `head` is `impl` or `trait
/// Store`.
pub(super) fn missing(
    generics: &Generics,
    owner: &str,
    head: &str,
    local: bool,
    members: &[Member],
) -> Option<MissingBounds> {
    let messages: Vec<&Signature> = messages(members).collect();
    let requirement = |param: &Ident| {
        let bounds = bounds_of(generics, param);
        let (is_send, is_static) = (names_send(&bounds), is_static(&bounds));
        if !is_plain(&bounds) || is_bounded_elsewhere(generics, param) {
            return (!is_static).then_some(false);
        }
        let is_sent = match is_static {
            true => messages.iter().any(|it| contains(it, param)),
            false => !local || messages.iter().any(|it| mentions(it.to_token_stream(), param)),
        };
        (!is_static || (is_sent && !is_send)).then_some(is_sent)
    };
    let parameters: Vec<Parameter> = generics
        .type_params()
        .filter_map(|param| {
            let is_sent = requirement(&param.ident)?;
            Some(Parameter { ident: param.ident.clone(), is_sent })
        })
        .collect();
    if parameters.is_empty() {
        return None;
    }
    let complete = with_bounds(generics, &parameters, &quote!(Send));
    Some(MissingBounds {
        message: format!("the type parameters of {owner} must be `Send + 'static`"),
        label: format!("write `{head}<{}>`", display_tokens(&complete.params)),
        generics: generics.clone(),
        parameters,
    })
}

/// Returns the generics with the missing bounds, for generated items.
pub(super) fn completed(generics: Generics, missing: Option<&MissingBounds>) -> Generics {
    match missing {
        Some(missing) => with_bounds(&generics, &missing.parameters, &quote!(__p::Send)),
        None => generics,
    }
}

fn with_bounds(generics: &Generics, parameters: &[Parameter], send: &TokenStream) -> Generics {
    let mut complete = generics.clone();
    for param in complete.type_params_mut() {
        let Some(missing) = parameters.iter().find(|it| it.ident == param.ident) else { continue };
        let bounds = bounds_of(generics, &param.ident);
        if missing.is_sent && !names_send(&bounds) {
            // Before a lifetime, as it is usually written.
            let is_trait = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Trait(_));
            let at = param.bounds.iter().take_while(|bound| is_trait(bound)).count();
            if let Ok(bound) = syn::parse2::<TypeParamBound>(send.clone()) {
                param.bounds.insert(at, bound);
            }
        }
        if !is_static(&bounds) {
            param.bounds.extend(syn::parse2::<TypeParamBound>(quote!('static)));
        }
    }
    complete
}

/// Returns the bounds of a parameter, whether at its declaration or in the `where` clause.
fn bounds_of<'a>(generics: &'a Generics, param: &Ident) -> Vec<&'a TypeParamBound> {
    let declared = generics.type_params().filter(|it| it.ident == *param).flat_map(|it| &it.bounds);
    let clause = predicates(generics).filter(|it| is_param(&it.bounded_ty, param));
    declared.chain(clause.flat_map(|it| &it.bounds)).collect()
}

fn predicates(generics: &Generics) -> impl Iterator<Item = &PredicateType> {
    let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    clause.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(predicate),
        _ => None,
    })
}

fn is_param(ty: &Type, param: &Ident) -> bool {
    matches!(owned::bare(ty), Type::Path(path) if path.path.is_ident(param))
}

/// Returns whether a bound on a larger type, such as `Vec<T>: 'static`, may concern the parameter.
fn is_bounded_elsewhere(generics: &Generics, param: &Ident) -> bool {
    let mut larger = predicates(generics).filter(|it| !is_param(&it.bounded_ty, param));
    larger.any(|it| {
        let ty = it.bounded_ty.to_token_stream();
        mentions(ty.clone(), param) || mentions(ty, &Ident::new("Self", Span::call_site()))
    })
}

fn is_plain(bounds: &[&TypeParamBound]) -> bool {
    bounds.iter().all(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            bound.maybe.is_none()
                && bound
                    .path
                    .segments
                    .last()
                    .is_some_and(|it| PLAIN.iter().any(|name| it.ident == name))
        }
        bound => matches!(bound, TypeParamBound::Lifetime(_)),
    })
}

fn names_send(bounds: &[&TypeParamBound]) -> bool {
    bounds.iter().any(|bound| {
        matches!(bound, TypeParamBound::Trait(it)
            if it.path.segments.last().is_some_and(|last| last.ident == "Send"))
    })
}

fn is_static(bounds: &[&TypeParamBound]) -> bool {
    let is = |bound: &&TypeParamBound| matches!(bound, TypeParamBound::Lifetime(it) if it.ident == "static");
    bounds.iter().any(is)
}

pub(super) fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == *ident,
        TokenTree::Group(group) => mentions(group.stream(), ident),
        _ => false,
    })
}

/// Returns the signatures of the functions with a receiver.
fn messages(members: &[Member]) -> impl Iterator<Item = &Signature> {
    members.iter().filter_map(|member| match member {
        Member::Function(function) => function.as_method().map(|_| &function.signature),
        _ => None,
    })
}

/// Returns whether a message contains a value of the type `param`, as far as the tokens show.
fn contains(signature: &Signature, param: &Ident) -> bool {
    let arguments = args::typed(signature).map(|arg| &*arg.ty);
    arguments.chain(reply::returned(signature)).any(|ty| owned::contains(ty, param))
}
