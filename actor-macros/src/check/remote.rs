//! Layer 3: a protocol whose messages can leave the process.
//!
//! It must not know the types of arguments: the compiler asks whether they can be serialized.

use syn::LitStr;

use crate::errors::Errors;
use crate::model::Protocol;
use crate::syntax::TraitItem;

/// A remote protocol has a name, and the same types on all nodes. Returns whether that is so.
pub(super) fn check_remote(
    name: &LitStr,
    item: &TraitItem,
    protocol: &Protocol,
    errors: &mut Errors,
) -> bool {
    let before = errors.count();
    if name.value().is_empty() {
        errors.push(name, "`remote` needs the name of the protocol between nodes; write `remote` alone for that of the trait");
    }
    if !item.generics.params.is_empty() {
        let text = "a `remote` protocol has no generics, because all nodes have to know its types; \
                    write one trait for each type";
        errors.push(&item.generics, text);
    }
    let args = protocol.messages.iter().flat_map(|message| &message.args);
    for cfg in args.flat_map(|arg| &arg.cfgs) {
        let text = "an argument of a `remote` message has no `#[cfg]`, because all nodes have to know it; \
                    write two messages";
        errors.push(cfg, text);
    }
    errors.count() == before
}
