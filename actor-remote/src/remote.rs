//! Protocols whose messages can leave the process, and addresses inside of messages.

use crate::export::{Back, Body, Delivery};
use crate::import::{Encoded, Outgoing};
use crate::scope;
use crate::transport::NodeId;
use actor_core::{Actor, Protocol};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A protocol whose messages can leave the process. Implemented by `#[actor(remote)]` on a trait.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_remote::Remote;
///
/// #[actor(remote)]
/// trait Greeter {
///     fn greet(&mut self, name: String) -> String;
/// }
///
/// assert_eq!(AnyGreeter::NAME, "Greeter");
/// ```
#[diagnostic::on_unimplemented(
    message = "the messages of `{Self}` cannot leave the process",
    label = "write `#[actor(remote)]` on the trait of this address"
)]
pub trait Remote: Protocol + Actor<Addr: Send + Sync + 'static> {
    /// The name of the protocol, which nodes compare.
    const NAME: &'static str;

    /// Encodes a message.
    #[doc(hidden)]
    fn encode(message: Self::Message, out: Outgoing) -> Encoded;

    /// Decodes a message and begins to send it.
    #[doc(hidden)]
    fn deliver(to: &Self::Addr, method: u64, body: Body<'_>, back: Back) -> Delivery;
}

/// The id of a message: a hash (FNV-1a) of the names of its protocol, its method and its arguments.
#[must_use]
pub const fn method_id(names: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut index = 0;
    while index < names.len() {
        let name = names[index].as_bytes();
        let mut place = 0;
        while place <= name.len() {
            // A zero ends each name, so that no two lists of names give the same bytes.
            let byte = if place < name.len() { name[place] } else { 0 };
            hash = (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3);
            place += 1;
        }
        index += 1;
    }
    hash
}

/// Where an actor is: its node, the number of its export there, and the key of the export.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) node: NodeId,
    pub(crate) export: u64,
    pub(crate) key: u64,
}

const OUTSIDE: &str = "an address is serialized inside of a remote message only";

/// Writes an address inside of a message.
///
/// # Errors
/// The error of the serializer, or that this is not inside of a message.
pub fn write_address<P: Remote, S: Serializer>(
    address: &P::Addr,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let scope = scope::current().ok_or_else(|| S::Error::custom(OUTSIDE))?;
    let place = scope.node.place_of::<P>(address, scope.peer, scope.session);
    let place = place.ok_or_else(|| S::Error::custom("the node of the receiver is not there"))?;
    (place.node.0, place.export, place.key).serialize(serializer)
}

/// Reads an address inside of a message.
///
/// # Errors
/// The error of the deserializer, or that there is no such actor or node.
pub fn read_address<'de, P: Remote, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<P::Addr, D::Error> {
    let (node, export, key) = <(u64, u64, u64)>::deserialize(deserializer)?;
    let scope = scope::current().ok_or_else(|| D::Error::custom(OUTSIDE))?;
    let place = Place { node: NodeId(node), export, key };
    let is_counted = scope.peer == place.node;
    let address = scope.node.address_at::<P>(place, is_counted);
    address.ok_or_else(|| D::Error::custom("there is no such actor"))
}

#[cfg(test)]
mod tests {
    use super::method_id;

    #[test]
    fn an_id_depends_on_each_name() {
        let id = method_id(&["Greeter", "greet", "name"]);
        assert_eq!(id, method_id(&["Greeter", "greet", "name"]));
        assert_ne!(id, method_id(&["Greeter", "greetname"]));
        assert_ne!(id, method_id(&["Greeter", "greet", "nam", "e"]));
        assert_ne!(id, method_id(&["Other", "greet", "name"]));
    }
}
