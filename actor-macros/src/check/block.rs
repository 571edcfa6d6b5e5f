//! Layer 3: the impl half as a whole, and the conflicts between its methods.
//!
//! It must not inspect signatures.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Attribute, Generics, Ident, Path, PathArguments, Type, WhereClause};

use super::marks::{self, Mark};
use super::{args, check_once, has_lifetimes, hook, method, owned, selves, settings};
use crate::errors::Errors;
use crate::model::{Message, Protocol, Side};
use crate::names;
use crate::options::Entry;
use crate::syntax::{BlockItem, Function, Member, Method};

/// Reads the impl half; returns nothing if it cannot be used.
pub(crate) fn check_block(
    options: TokenStream,
    item: &BlockItem,
    errors: &mut Errors,
) -> Option<Protocol> {
    let (krate, local) = settings::of_block(options, errors);
    check_once(&item.attrs, errors);
    let header = check_header(item, errors);
    let actor = item.ty.to_token_stream();
    let (ident, address) = header.unzip();
    let mut protocol = Protocol {
        side: Side::Actor,
        krate,
        carried: carried(&item.attrs),
        generics: without_self(&item.generics, &actor),
        message: ident.as_ref().map_or_else(
            || names::identifier("Message", crate::span::hidden()),
            |it: &Ident| names::identifier(&format!("{}Message", names::plain(it)), it.span()),
        ),
        ident: ident.unwrap_or_else(|| names::identifier("Actor", crate::span::hidden())),
        address: address.unwrap_or_default(),
        actor,
        local,
        messages: Vec::new(),
        hooks: Vec::new(),
        poisoned: Vec::new(),
        helpers: Vec::new(),
    };
    for member in &item.members {
        match member {
            Member::Function(function) => check_function(function, &mut protocol, errors),
            Member::Broken { error, .. } => errors.push_syntax(error),
            Member::Other(_) => {}
        }
    }
    let borrows = has_lifetimes(&item.generics) || owned::names_lifetime(protocol.actor.clone());
    (!protocol.address.is_empty() && !borrows).then_some(protocol)
}

/// The block is an inherent impl of a named type: returns the name and the address.
pub(super) fn check_header(item: &BlockItem, errors: &mut Errors) -> Option<(Ident, TokenStream)> {
    if let Type::Path(path) = owned::bare(&item.ty)
        && path.qself.is_none()
        && let Some(last) = path.path.segments.last()
        && !matches!(last.arguments, PathArguments::Parenthesized(_))
    {
        return Some((last.ident.clone(), address(&path.path)));
    }
    errors.push(&item.ty, "an actor is a struct or an enum with a name; write `impl Counter`");
    None
}

/// `shop::CounterAddr<K>` for `shop::Counter<K>`.
pub(super) fn address(path: &Path) -> TokenStream {
    let mut address = path.clone();
    if let Some(segment) = address.segments.last_mut() {
        let name = format!("{}Addr", names::plain(&segment.ident));
        segment.ident = names::identifier(&name, segment.ident.span());
    }
    address.into_token_stream()
}

/// The attributes of the block that also apply to generated code.
pub(super) fn carried(attrs: &[Attribute]) -> Vec<Attribute> {
    let all = attrs.iter().filter(|attr| marks::is_cfg(attr) || marks::is_lint_level(attr));
    all.cloned().collect()
}

fn check_function(function: &Function, protocol: &mut Protocol, errors: &mut Errors) {
    let mark = marks::read(&function.attrs, errors);
    let Some(method) = function.as_method() else {
        return check_without_receiver(function, &mark, protocol, errors);
    };
    match mark {
        Mark::Skip => check_no_data(function, errors),
        Mark::Hook(kind, word) => {
            check_no_data(function, errors);
            if let Some(hook) = hook::check(method, kind, word, &protocol.actor, errors) {
                // One hook of each kind, except hooks separated by conditions.
                let same = |other: &&crate::model::Hook| other.kind == kind;
                if let Some(earlier) = protocol.hooks.iter().find(same)
                    && (earlier.cfgs.is_empty() || hook.cfgs.is_empty())
                {
                    let text = format!(
                        "`{}` is the `#[{word}]` of this actor already; call one from the other",
                        earlier.name
                    );
                    errors.push(&hook.name, text);
                    return;
                }
                protocol.hooks.push(hook);
            }
        }
        Mark::None => check_message(method, &[], protocol, errors),
        Mark::Message(settings) => check_message(method, &settings, protocol, errors),
    }
}

fn check_message(
    method: Method<'_>,
    settings: &[Entry],
    protocol: &mut Protocol,
    errors: &mut Errors,
) {
    match method::check(method, settings, &protocol.actor, "the actor", errors) {
        Ok(message) => add(*message, method.function, protocol, errors),
        Err(poisoned) => protocol.poisoned.push(*poisoned),
    }
}

/// A method with a helper attribute has a receiver.
fn check_without_receiver(
    function: &Function,
    mark: &Mark,
    protocol: &mut Protocol,
    errors: &mut Errors,
) {
    check_no_data(function, errors);
    let name = &function.signature.ident;
    match mark {
        Mark::None | Mark::Skip => {}
        Mark::Message(_) => {
            errors.push(name, "a message takes `&self`, `&mut self` or `self`; add a receiver");
            protocol.poisoned.push(method::poisoned(function, &protocol.actor, errors));
        }
        Mark::Hook(..) => errors.push(name, "a hook takes `&mut self` or `&self`; add a receiver"),
    }
}

/// `#[data]` belongs to the arguments of messages.
pub(super) fn check_no_data(function: &Function, errors: &mut Errors) {
    for arg in args::typed(&function.signature) {
        if let Some(mark) = args::data_mark(arg) {
            errors.push(mark, "`#[data]` marks an argument of a message; remove it");
        }
    }
}

/// Two messages do not have the same variant, except messages separated by conditions.
pub(super) fn add(
    message: Message,
    function: &Function,
    protocol: &mut Protocol,
    errors: &mut Errors,
) {
    let same = |other: &&Message| other.variant == message.variant;
    if let Some(earlier) = protocol.messages.iter().find(same) {
        let (first, second) = (names::plain(&earlier.name), names::plain(&message.name));
        if first != second {
            let text = format!(
                "`{first}` and `{second}` both make the variant `{}`; rename one of them",
                message.variant
            );
            errors.push(&message.name, text);
            protocol.poisoned.push(method::poisoned(function, &protocol.actor, errors));
            return;
        }
        // The compiler reports that the method is defined twice.
        if earlier.attrs.cfgs.is_empty() || message.attrs.cfgs.is_empty() {
            return;
        }
    }
    protocol.messages.push(message);
}

/// The generics with the actor's name instead of `Self`, for use on other types.
pub(super) fn without_self(generics: &Generics, actor: &TokenStream) -> Generics {
    let head = selves::replace(generics.to_token_stream(), actor);
    let mut copy = syn::parse2::<Generics>(head).unwrap_or_else(|_| generics.clone());
    copy.where_clause = generics.where_clause.as_ref().and_then(|clause| {
        let tokens = selves::replace(clause.to_token_stream(), actor);
        let parsed: syn::Result<WhereClause> = syn::parse::Parse::parse.parse2(tokens);
        parsed.ok()
    });
    copy
}
