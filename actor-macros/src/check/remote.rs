//! Layer 3: messages that can leave the process, and their ids.
//!
//! It must not judge the types of arguments: the compiler checks whether they can be serialized.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericParam, Ident, LitStr};

use super::settings::RemoteOption;
use super::{args, owned, parameters, replies};
use crate::display::display_tokens;
use crate::errors::Errors;
use crate::model::{Field, Message, Protocol, Receiver, Remote, RemoteMessage, Role};
use crate::names;
use crate::syntax::{BlockItem, Function, Member, TraitItem};

/// The maximum number of arguments of a message: serde supports no longer tuples.
const ARGUMENTS: usize = 16;

/// Checks the messages of an `impl` block, if it is `remote`.
pub(super) fn check_block(
    option: Option<RemoteOption>,
    item: &BlockItem,
    protocol: &Protocol,
    errors: &mut Errors,
) -> Option<Remote> {
    // `Cache<u32>` and `Cache<String>` are two protocols, of the same type name.
    let generics = match display_tokens(&item.ty).contains('<') {
        true => item.ty.to_token_stream(),
        false => item.generics.to_token_stream(),
    };
    check(option, generics, &item.members, protocol, errors)
}

/// Checks the messages of a trait, if it is `remote`.
pub(super) fn check_trait(
    option: Option<RemoteOption>,
    item: &TraitItem,
    protocol: &Protocol,
    errors: &mut Errors,
) -> Option<Remote> {
    check(option, item.generics.to_token_stream(), &item.members, protocol, errors)
}

fn check(
    option: Option<RemoteOption>,
    generics: TokenStream,
    members: &[Member],
    protocol: &Protocol,
    errors: &mut Errors,
) -> Option<Remote> {
    let Some(option) = option else {
        check_no_version(protocol, errors);
        return None;
    };
    let before = errors.count();
    let name = check_name(&option, generics, protocol, errors);
    for function in members.iter().filter_map(function) {
        check_no_reply_data(function, errors);
    }
    protocol.messages.iter().for_each(|message| check_message(message, errors));
    let all: Vec<&TokenStream> = protocol.messages.iter().flat_map(types).collect();
    let parameters: Vec<&Ident> = protocol.generics.params.iter().filter_map(parameter).collect();
    let named = protocol
        .generics
        .type_params()
        .map(|param| &param.ident)
        .filter(|param| all.iter().any(|ty| parameters::mentions((*ty).clone(), param)));
    let messages = protocol.messages.iter().map(|message| RemoteMessage {
        id: id(&name.value(), message),
        version: version(message),
        are_generic: types(message)
            .map(|ty| parameters.iter().any(|it| parameters::mentions(ty.clone(), it)))
            .collect(),
    });
    let messages: Vec<RemoteMessage> = messages.collect();
    let ids =
        protocol.messages.iter().zip(&messages).map(|(message, remote)| (&message.name, remote.id));
    check_ids(ids, errors);
    (errors.count() == before).then(|| Remote {
        crate_path: option.crate_path,
        name,
        parameters: named.cloned().collect(),
        messages,
    })
}

/// Checks that no message has a version, because without `remote` it has no id.
fn check_no_version(protocol: &Protocol, errors: &mut Errors) {
    for (key, _) in protocol.messages.iter().filter_map(|it| it.options.version.as_ref()) {
        let text = "`version` is a part of the id of a `remote` message; write `#[actor(remote)]`, or \
                    remove it";
        errors.push(key, text);
    }
}

/// Returns the name of the protocol. Checks that a generic protocol has an explicit name, because
/// its type name stands for all its instances.
fn check_name(
    option: &RemoteOption,
    generics: TokenStream,
    protocol: &Protocol,
    errors: &mut Errors,
) -> LitStr {
    let own = names::unraw(&protocol.ident);
    let Some(name) = &option.name else {
        if !generics.is_empty() {
            let text = format!(
                "a generic `remote` protocol needs a name, because other nodes see no types; write \
                 `remote = \"{}\"`",
                own.to_lowercase()
            );
            errors.push(generics, text);
        }
        return LitStr::new(&own, option.key.span());
    };
    if name.value().is_empty() {
        let text = "`remote` needs the name of the protocol between nodes; write `remote` alone for \
                    that of the type or trait";
        errors.push(name, text);
    }
    name.clone()
}

/// Checks that the reply of a remote message is not `#[data]`: it is sent separately.
fn check_no_reply_data(function: &Function, errors: &mut Errors) {
    for arg in args::typed(&function.signature).filter(|arg| args::data_attr(arg).is_some()) {
        let reply = owned::single_argument(&arg.ty, "Reply").or(replies::argument(&arg.ty));
        if reply.is_some() {
            let text = "a `Reply` cannot leave the process as data; send the address that is to be \
                        answered, or move this message to a block that is not `remote`";
            errors.push(&arg.ty, text);
        }
    }
}

/// Checks that a remote message has the same arguments on all nodes, and does not take the actor's
/// state.
fn check_message(message: &Message, errors: &mut Errors) {
    if message.receiver == Receiver::Owned {
        let text = "takes the state and ends this life, which other nodes cannot ask for; take \
                    `&mut self`, or move this message to a block that is not `remote`";
        errors.push(&message.name, text);
    }
    for cfg in message.args.iter().flat_map(|arg| &arg.cfgs) {
        let text = "an argument of a `remote` message has no `#[cfg]`, because all nodes have to know it; \
                    write two messages";
        errors.push(cfg, text);
    }
    if fields(message).count() > ARGUMENTS {
        let text = format!(
            "a `remote` message has at most {ARGUMENTS} arguments; write a struct with these fields"
        );
        errors.push(&message.name, text);
    }
}

/// Checks that no two messages have the same id, because the receiver could not distinguish them.
fn check_ids<'a>(ids: impl Iterator<Item = (&'a Ident, u64)>, errors: &mut Errors) {
    let mut seen: BTreeMap<u64, &Ident> = BTreeMap::new();
    for (name, id) in ids {
        let earlier = *seen.entry(id).or_insert(name);
        // Two messages with the same name are separated by conditions, or reported elsewhere.
        if earlier != name {
            let text = format!(
                "`{name}` has the same id between nodes as `{earlier}`; rename it, or write \
                 `#[message(version = 2)]`"
            );
            errors.push(name, text);
        }
    }
}

fn version(message: &Message) -> u32 {
    message.options.version.as_ref().map_or(1, |(_, number)| *number)
}

/// Returns the id of a message: FNV-1a over the names of the protocol, the message and its
/// arguments, each followed by a zero, and over the four bytes of the version, the lowest first.
/// Streaming replies count as an argument `..`.
fn id(protocol: &str, message: &Message) -> u64 {
    let mut bytes: Vec<u8> = Vec::new();
    let own = [protocol.to_owned(), names::unraw(&message.name)];
    let arguments = fields(message).map(|field| names::unraw(&field.name));
    let stream = message.reply.kind.is_stream().then(|| "..".to_owned());
    for name in own.into_iter().chain(arguments).chain(stream) {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
    }
    bytes.extend_from_slice(&version(message).to_le_bytes());
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn function(member: &Member) -> Option<&Function> {
    match member {
        Member::Function(function) => Some(function),
        _ => None,
    }
}

fn parameter(param: &GenericParam) -> Option<&Ident> {
    match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    }
}

/// Returns the arguments that the caller passes.
fn fields(message: &Message) -> impl Iterator<Item = &Field> {
    message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some(&**field),
        _ => None,
    })
}

/// Returns the types of the reply and of the arguments.
fn types(message: &Message) -> impl Iterator<Item = &TokenStream> {
    std::iter::once(&message.reply.ty).chain(fields(message).map(|field| &field.ty))
}

#[cfg(test)]
mod tests {
    use super::check_ids;
    use crate::errors::Errors;
    use crate::names;
    use proc_macro2::Span;

    #[test]
    fn two_messages_with_one_id_are_refused() {
        let [add, sub] = ["add", "sub"].map(|name| names::identifier(name, Span::call_site()));
        let found = |ids: [u64; 2]| {
            let mut errors = Errors::new();
            check_ids([&add, &sub].into_iter().zip(ids), &mut errors);
            errors.into_diagnostics().into_iter().map(|it| it.text).collect::<Vec<_>>()
        };
        assert!(found([1, 2]).is_empty());
        let texts = found([7, 7]);
        assert_eq!(texts.len(), 1);
        assert!(texts.concat().starts_with("`sub` has the same id between nodes as `add`; rename"));
    }
}
