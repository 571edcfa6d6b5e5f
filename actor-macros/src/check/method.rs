//! Layer 3: one method as a message, or rejected; it must not depend on other methods.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{
    GenericArgument, GenericParam, Generics, PathArguments, ReceiverKind, Signature, Type,
    TypeParamBound,
};

use super::{args, attrs, is_rewritten, message_options, owned, replies, reply, self_type};
use crate::display::display_tokens;
use crate::errors::Errors;
use crate::model::{Message, Receiver, Rejected};
use crate::options::RawOption;
use crate::syntax::{Function, Method};
use crate::{names, span};

/// Checks a method and returns its message, unless it breaks a rule. `owner` is the block to which
/// type parameters can be moved.
pub(super) fn check(
    method: Method<'_>,
    settings: &[RawOption],
    actor: &TokenStream,
    owner: &str,
    errors: &mut Errors,
) -> Result<Box<Message>, Box<Rejected>> {
    let Function { attrs, vis, signature, .. } = method.function;
    let before = errors.count();
    check_qualifiers(method.function, "a message", errors);
    check_name(signature, errors);
    check_generics(signature, "a message", owner, errors);
    let receiver = check_receiver(method, actor, "a message", errors);
    let args = args::check(signature, actor, errors);
    message_options::check_consumes(method, settings, receiver, errors);
    let options = message_options::check(method, settings, receiver, &args.list, errors);
    let reply = reply::check(signature, &args, actor, errors);
    let Some(receiver) = receiver.filter(|_| errors.count() == before) else {
        return Err(Box::new(rejected(method.function, actor, errors)));
    };
    Ok(Box::new(Message {
        attrs: attrs::forward(attrs),
        vis: vis.clone(),
        name: signature.ident.clone(),
        variant: names::variant(&signature.ident),
        receiver,
        receiver_span: span::last(method.receiver),
        is_async: signature.asyncness.is_some(),
        args: args.list,
        reply,
        options,
    }))
}

/// Returns the rest of a rejected method, from which a stub is generated.
pub(super) fn rejected(function: &Function, actor: &TokenStream, errors: &Errors) -> Rejected {
    let Function { attrs, vis, signature, .. } = function;
    let (mut later, mut is_stream) = (None, false);
    let mut args = Vec::new();
    for (arg, name) in args::typed(signature).zip(args::given_names(signature)) {
        if args::context(&arg.ty).is_some() || args::is_bare_context(&arg.ty) {
            continue;
        }
        let items = replies::argument(&arg.ty);
        match owned::single_argument(&arg.ty, "Reply").or(items) {
            Some(answer) if args::data_attr(arg).is_none() => {
                (later, is_stream) = (Some(answer), items.is_some());
            }
            _ => {
                let cfgs = attrs::forward(&arg.attrs).cfgs;
                args.push((cfgs, name, self_type::replace(arg.ty.to_token_stream(), actor)));
            }
        }
    }
    let mut answer = reply::returned(signature).or(later);
    if let Some(stream) = answer.and_then(replies::returned) {
        (answer, is_stream) = (replies::item(stream), true);
    }
    let mut generics = signature.generics.clone();
    // A bound without a parameter would not hold for the address.
    if generics.params.is_empty() {
        generics.where_clause = None;
    }
    if is_rewritten(function) {
        answer = answer.and_then(awaited);
        generics = Generics::default();
    }
    // An `impl Trait` is inferred from the body, so the body must be the same error.
    let is_opaque = answer.is_some_and(|ty| display_tokens(ty).contains("impl "));
    Rejected {
        attrs: attrs::forward(attrs),
        vis: vis.clone(),
        name: signature.ident.clone(),
        generics,
        args,
        reply: answer.map_or_else(
            || quote_spanned!(signature.ident.span()=> ()),
            |ty| self_type::replace(ty.to_token_stream(), actor),
        ),
        is_stream,
        body: errors.latest().filter(|_| is_opaque),
    }
}

/// Returns `u8` for `Pin<Box<dyn Future<Output = u8> + Send + 'async_trait>>`.
fn awaited(ty: &Type) -> Option<&Type> {
    let boxed = owned::single_argument(owned::single_argument(ty, "Pin")?, "Box")?;
    let Type::TraitObject(object) = owned::bare(boxed) else { return None };
    let Some(TypeParamBound::Trait(future)) = object.bounds.first() else { return None };
    let PathArguments::AngleBracketed(angles) = &future.path.segments.last()?.arguments else {
        return None;
    };
    angles.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
        _ => None,
    })
}

/// Checks that a handler is a plain `fn` or `async fn`.
pub(super) fn check_qualifiers(function: &Function, subject: &str, errors: &mut Errors) {
    let signature = &function.signature;
    let mut refuse = |token: TokenStream| {
        if !token.is_empty() {
            let word = display_tokens(&token);
            let text = format!("{subject} cannot be `{word}`; write `fn` or `async fn`");
            errors.push(token, text);
        }
    };
    refuse(function.default.to_token_stream());
    refuse(signature.constness.to_token_stream());
    refuse(signature.safety.to_token_stream());
    refuse(signature.abi.to_token_stream());
    if let Some(variadic) = &signature.variadic {
        errors.push(variadic, format!("{subject} cannot be variadic; take a `Vec`"));
    }
}

/// Checks that a message does not have the name of a function of the actor itself.
fn check_name(signature: &Signature, errors: &mut Errors) {
    let name = names::unraw(&signature.ident);
    if names::RESERVED.contains(&name.as_str()) {
        let text = format!(
            "a message cannot be named `{name}`, which is a verb of the actor itself; rename it, \
             or move it to an ordinary `impl` block"
        );
        errors.push(&signature.ident, text);
    } else if name.starts_with("__") {
        errors.push(&signature.ident, "names that start with `__` are reserved; rename it");
    }
}

/// Checks that a method of the block has no generics of its own, because all messages share one
/// enum.
pub(super) fn check_generics(
    signature: &Signature,
    subject: &str,
    owner: &str,
    errors: &mut Errors,
) {
    let before = errors.count();
    for param in &signature.generics.params {
        match param {
            GenericParam::Lifetime(param) => {
                let name = &param.lifetime;
                let text = format!(
                    "{subject} has no lifetimes of its own; remove `{name}` and use owned types"
                );
                errors.push(&param.lifetime, text);
            }
            GenericParam::Type(syn::TypeParam { ident, .. })
            | GenericParam::Const(syn::ConstParam { ident, .. }) => {
                let text = format!(
                    "{subject} cannot be generic over `{ident}`; move `{ident}` to {owner}, or the \
                     method to an ordinary `impl` block"
                );
                errors.push(ident, text);
            }
        }
    }
    if let Some(clause) = &signature.generics.where_clause
        && !clause.predicates.is_empty()
        && errors.count() == before
    {
        let to_do = match (owner, self_type::find(clause.to_token_stream())) {
            ("the trait", Some(_)) => "remove the bounds of `Self`, and move others to the trait",
            ("the trait", None) => "move it to the trait",
            _ => "move it to the `impl` block",
        };
        let text = format!("{subject} has no `where` clause; {to_do}");
        errors.push(clause, text);
    }
}

fn refused(subject: &str, receiver: &str) -> String {
    format!("{subject} cannot take `{receiver}`; write `&self`, `&mut self` or `self`")
}

/// Checks that a message takes `&self`, `&mut self` or `self`.
pub(super) fn check_receiver(
    method: Method<'_>,
    actor: &TokenStream,
    subject: &str,
    errors: &mut Errors,
) -> Option<Receiver> {
    let of = |mutable: bool| if mutable { Receiver::Unique } else { Receiver::Shared };
    let is_self = |ty: &Type| {
        let written = display_tokens(owned::bare(ty));
        written == "Self" || written == display_tokens(actor)
    };
    match &method.receiver.kind {
        ReceiverKind::Value => return Some(Receiver::Owned),
        ReceiverKind::Reference(_, _, mutable) => return Some(of(mutable.is_some())),
        ReceiverKind::Typed(_, ty) => match owned::bare(ty) {
            Type::Reference(reference) if is_self(&reference.elem) => {
                return Some(of(reference.mutability.is_some()));
            }
            ty if is_self(ty) => return Some(Receiver::Owned),
            ty => errors.push(ty, refused(subject, &display_tokens(ty))),
        },
        _ => errors.push(method.receiver, refused(subject, &display_tokens(method.receiver))),
    }
    None
}
