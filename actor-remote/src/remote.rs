//! Protocols whose messages can leave the process, and addresses inside messages.

use crate::codec::Wire;
use crate::import::Outgoing;
use crate::scope;
use crate::transport::NodeId;
use actor_core::{Actor, Protocol, Reply, streaming::Replies};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A protocol whose messages can leave the process. Implemented by `#[actor(remote)]` on a trait, or on
/// the `impl` block of an actor.
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
///
/// #[actor]
/// struct Counter;
///
/// #[actor(remote = "shop.counter")]
/// impl Counter {
///     fn add(&mut self, amount: u64) -> u64 {
///         amount
///     }
/// }
///
/// assert_eq!(Counter::NAME, "shop.counter");
/// ```
#[diagnostic::on_unimplemented(
    message = "the messages of `{Self}` cannot leave the process",
    label = "write `#[actor(remote)]` on the `impl` block of this actor, or on a trait"
)]
pub trait Remote: Protocol + Actor<Addr: Send + Sync + 'static> {
    /// The name of the protocol. Nodes identify protocols by this name.
    const NAME: &'static str;

    /// The ids of all messages, in the order of the source.
    #[doc(hidden)]
    const IDS: &'static [u64];

    /// Encodes a message, and moves its reply to `out`. Returns `false` for a message of another protocol
    /// of the actor.
    #[doc(hidden)]
    fn encode(message: &mut Self::Message, out: &mut Outgoing) -> bool;

    /// Reads the message with this id: all arguments, and then the reply.
    #[doc(hidden)]
    fn decode<S: Source>(id: u64, source: &mut S) -> Option<Self::Message>;
}

/// The source of the parts of a message.
#[doc(hidden)]
pub trait Source {
    /// Begins a message.
    fn message(&mut self, name: &'static str, version: u32);
    /// Reads an argument. Returns `None` on an error, which the source records.
    fn argument<T: Wire>(&mut self, name: &'static str) -> Option<T>;
    /// Returns the reply of the message, or `None` if it has none.
    fn reply<T: Wire>(&mut self) -> Option<Reply<T>>;
    /// Returns the streaming replies of the message, or `None` if it has none.
    fn replies<T: Wire>(&mut self) -> Option<Replies<T>>;
    /// Records an error: the protocol has no such message.
    fn unknown(&mut self);
}

/// The location of an actor: its node, and the number and key of its export on the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) node: NodeId,
    pub(crate) export: u64,
    pub(crate) key: u64,
}

/// The fields of an address. An address is encoded without field names. The tracer of wire files identifies
/// addresses by these names.
pub(crate) const ADDRESS: &[&str] = &["actor_remote::node", "export", "key"];

/// Reads the parts of an address.
struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = (u64, u64, u64);

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the address of an actor")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, parts: S) -> Result<Self::Value, S::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(parts))
    }
}

const OUTSIDE: &str = "an address is serialized inside of a remote message only";

/// Writes an address as a part of a message.
///
/// # Errors
/// If the serializer reports an error, if no message is being encoded, or if the receiver's node is lost.
pub fn write_address<P: Remote, S: Serializer>(
    address: &P::Addr,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let scope = scope::current().ok_or_else(|| S::Error::custom(OUTSIDE))?;
    let place = scope.node.place_of::<P>(address, scope.peer, scope.session);
    let place = place.ok_or_else(|| S::Error::custom("the node of the receiver is not there"))?;
    (place.node.0, place.export, place.key).serialize(serializer)
}

/// Reads an address that is a part of a message.
///
/// # Errors
/// If the deserializer reports an error, if no message is being decoded, or if there is no such actor or node.
pub fn read_address<'de, P: Remote, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<P::Addr, D::Error> {
    let (node, export, key) = deserializer.deserialize_struct(P::NAME, ADDRESS, Parts)?;
    let scope = scope::current().ok_or_else(|| D::Error::custom(OUTSIDE))?;
    let place = Place { node: NodeId(node), export, key };
    let is_counted = scope.peer == place.node && scope::take_announced(export);
    let passed = scope::take_passed(&scope, place);
    let known = scope.node.address_in_body::<P>(place, is_counted, passed);
    if known.is_none() && is_counted {
        scope::put_announced(export);
    }
    let address = known.or_else(|| {
        let exit = scope.node.exit_of(place)?;
        scope::ended(&exit, || scope.node.ended_address::<P>(place, exit.clone()))
    });
    address.ok_or_else(|| D::Error::custom("there is no such actor"))
}
