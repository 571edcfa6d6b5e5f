//! Layer 3: the impl half as a whole, and the conflicts between its methods.
//!
//! It must not inspect signatures.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Attribute, Generics, Ident, Path, PathArguments, Type, WhereClause};

use super::attrs::{self, HelperAttr};
use super::{
    args, callback, check_no_async_trait, check_once, has_lifetimes, hook, is_rewritten, method,
    owned, parameters, remote, self_type, send_form, settings,
};
use crate::errors::Errors;
use crate::model::{Message, Protocol, Side};
use crate::names;
use crate::options::RawOption;
use crate::syntax::{BlockItem, Function, Member, Method};

/// Reads the impl half. Returns `None` if it cannot be used.
pub(crate) fn check_block(
    options: TokenStream,
    item: &BlockItem,
    errors: &mut Errors,
) -> Option<Protocol> {
    let settings::BlockOptions { crate_path, local, remote } = settings::of_block(options, errors);
    check_once(&item.attrs, errors);
    check_no_async_trait(&item.attrs, &item.members, errors);
    let header = check_header(item, errors);
    let actor = item.ty.to_token_stream();
    let (ident, address) = header.unzip();
    let generics = without_self(&item.generics, &actor);
    let missing = parameters::missing(&generics, "an actor", "impl", local, &item.members);
    let mut protocol = Protocol {
        side: Side::Actor,
        crate_path,
        forwarded: forwarded(&item.attrs),
        generics: parameters::completed(generics, missing.as_ref()),
        missing,
        message: ident.as_ref().map_or_else(
            || names::identifier("Message", crate::span::hidden()),
            |it: &Ident| names::identifier(&format!("{}Message", names::unraw(it)), it.span()),
        ),
        ident: ident.unwrap_or_else(|| names::identifier("Actor", crate::span::hidden())),
        address: address.unwrap_or_default(),
        actor,
        local,
        messages: Vec::new(),
        hooks: Vec::new(),
        rejected: Vec::new(),
        helpers: Vec::new(),
        remote: None,
    };
    for member in &item.members {
        match member {
            Member::Function(function) => {
                check_function(function, &mut protocol, errors);
                callback::check(function, errors);
            }
            Member::Broken { error, .. } => errors.push_syntax(error),
            Member::Other(_) => {}
        }
    }
    protocol.remote = remote::check_block(remote, item, &protocol, errors);
    let borrows = has_lifetimes(&item.generics) || owned::names_lifetime(protocol.actor.clone());
    (!protocol.address.is_empty() && !borrows).then_some(protocol)
}

/// Checks that the block is an inherent impl of a named type. Returns the name and the address.
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

/// Returns `shop::CounterAddr<K>` for `shop::Counter<K>`.
pub(super) fn address(path: &Path) -> TokenStream {
    let mut address = path.clone();
    if let Some(segment) = address.segments.last_mut() {
        let name = format!("{}Addr", names::unraw(&segment.ident));
        segment.ident = names::identifier(&name, segment.ident.span());
    }
    address.into_token_stream()
}

/// Returns the attributes of the block that also apply to generated code.
pub(super) fn forwarded(attrs: &[Attribute]) -> Vec<Attribute> {
    let all = attrs.iter().filter(|attr| attrs::is_cfg(attr) || attrs::is_lint_level(attr));
    all.cloned().collect()
}

fn check_function(function: &Function, protocol: &mut Protocol, errors: &mut Errors) {
    let helper = attrs::read(&function.attrs, errors);
    if is_rewritten(function) {
        return protocol.rejected.push(method::rejected(function, &protocol.actor, errors));
    }
    let Some(method) = function.as_method() else {
        return check_without_receiver(function, &helper, protocol, errors);
    };
    match helper {
        HelperAttr::Skip => check_no_data(function, errors),
        HelperAttr::Hook(kind, word) => {
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
        HelperAttr::None => check_message(method, &[], protocol, errors),
        HelperAttr::Message(settings) => check_message(method, &settings, protocol, errors),
    }
}

fn check_message(
    method: Method<'_>,
    settings: &[RawOption],
    protocol: &mut Protocol,
    errors: &mut Errors,
) {
    match method::check(method, settings, &protocol.actor, "the actor", errors) {
        Ok(message) => add(*message, method.function, protocol, errors),
        Err(rejected) => protocol.rejected.push(*rejected),
    }
}

/// Checks that a method with a helper attribute has a receiver.
fn check_without_receiver(
    function: &Function,
    helper: &HelperAttr,
    protocol: &mut Protocol,
    errors: &mut Errors,
) {
    check_no_data(function, errors);
    let name = &function.signature.ident;
    match helper {
        HelperAttr::None | HelperAttr::Skip => {}
        HelperAttr::Message(_) => {
            errors.push(name, "a message takes `&self`, `&mut self` or `self`; add a receiver");
            protocol.rejected.push(method::rejected(function, &protocol.actor, errors));
        }
        HelperAttr::Hook(..) => {
            errors.push(name, "a hook takes `&mut self` or `&self`; add a receiver")
        }
    }
}

/// Checks that a function that is not a message has no `#[data]`.
pub(super) fn check_no_data(function: &Function, errors: &mut Errors) {
    for arg in args::typed(&function.signature) {
        if let Some(attr) = args::data_attr(arg) {
            errors.push(attr, "`#[data]` marks an argument of a message; remove it");
        }
    }
}

/// Adds a message. Checks that no other message has the same variant, except messages separated by
/// conditions.
pub(super) fn add(
    mut message: Message,
    function: &Function,
    protocol: &mut Protocol,
    errors: &mut Errors,
) {
    send_form::keep_simple(&mut message, !protocol.generics.params.is_empty());
    let same = |other: &&Message| other.variant == message.variant;
    if let Some(earlier) = protocol.messages.iter().find(same) {
        let (first, second) = (names::unraw(&earlier.name), names::unraw(&message.name));
        if first != second {
            let text = format!(
                "`{first}` and `{second}` both make the variant `{}`; rename one of them",
                message.variant
            );
            errors.push(&message.name, text);
            protocol.rejected.push(method::rejected(function, &protocol.actor, errors));
            return;
        }
        // The compiler reports that the method is defined twice.
        if earlier.attrs.cfgs.is_empty() || message.attrs.cfgs.is_empty() {
            return;
        }
    }
    protocol.messages.push(message);
}

/// Returns the generics with the actor's name instead of `Self`, for use on other types.
pub(super) fn without_self(generics: &Generics, actor: &TokenStream) -> Generics {
    let head = self_type::replace(generics.to_token_stream(), actor);
    let mut copy = syn::parse2::<Generics>(head).unwrap_or_else(|_| generics.clone());
    copy.where_clause = generics.where_clause.as_ref().and_then(|clause| {
        let tokens = self_type::replace(clause.to_token_stream(), actor);
        let parsed: syn::Result<WhereClause> = syn::parse::Parse::parse.parse2(tokens);
        parsed.ok()
    });
    copy
}
