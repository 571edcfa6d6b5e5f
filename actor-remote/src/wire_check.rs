//! Turns a type that cannot leave the process into a single error, at the type.
//!
//! Generated code checks each type once, with [`wire`]. All other code accepts a [`Field`] of any
//! type, with the constant [`WireCheck::IS_WIRE`]. A field that is not `Wire` exists only after an
//! error.

use crate::codec::Wire;
use crate::export::{Back, Delivery};
use crate::import::Waiting;
use crate::stream::producer;
use actor_core::{Addr, Call, Protocol, Refusal, RefusalKind, Replies, Reply, StreamCall};
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::marker::PhantomData;

/// Checks a type. The compiler reports an error here, and names the type.
pub const fn wire<T: Wire>() {}

/// Provides [`IS_WIRE`](Self::IS_WIRE) if `T` is [`Wire`]. Otherwise, [`NotWire::IS_WIRE`] is
/// found.
#[derive(Debug)]
pub struct WireCheck<T>(PhantomData<fn() -> T>);

impl<T: Wire> WireCheck<T> {
    /// `T` is `Wire`.
    pub const IS_WIRE: bool = true;
}

/// The result of [`WireCheck`] for a type that is not [`Wire`].
pub trait NotWire {
    /// The type is not `Wire`.
    const IS_WIRE: bool = false;
}

impl<T> NotWire for WireCheck<T> {}

/// An argument or a reply. `IS_WIRE` says whether its type has passed the check.
#[derive(Debug)]
pub struct Field<T, const IS_WIRE: bool>(T);

impl<T, const IS_WIRE: bool> Field<T, IS_WIRE> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Field(value)
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Serialize> Serialize for Field<T, true> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T, true> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Field)
    }
}

const NOT_WIRE: &str = "its type cannot leave the process";

/// Never runs, because the check has failed.
impl<T> Serialize for Field<T, false> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(NOT_WIRE))
    }
}

/// Never runs, because the check has failed.
impl<'de, T> Deserialize<'de> for Field<T, false> {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(NOT_WIRE))
    }
}

/// A field as a reply of type `T`. Without a passed check, `T` may be any type, even one that is
/// not `Send`.
pub trait ReplyField<T> {
    /// Returns the caller on this node.
    fn waiting(reply: Reply<T>) -> Waiting;
    /// Sends the message to an actor of this node, and its reply back.
    fn call<P: Protocol>(back: Back, to: &Addr<P>, call: Call<'_, P, T>) -> Delivery;
    /// Returns the reader on this node.
    fn reading(replies: Replies<T>) -> Waiting;
    /// Sends the message to an actor of this node, and its items back.
    fn stream<P: Protocol>(back: Back, call: StreamCall<'_, P, T>) -> Delivery;
}

impl<T: Wire> ReplyField<T> for Field<T, true> {
    fn waiting(reply: Reply<T>) -> Waiting {
        Waiting::new(reply)
    }

    fn call<P: Protocol>(back: Back, to: &Addr<P>, call: Call<'_, P, T>) -> Delivery {
        back.send(to, call)
    }

    fn reading(replies: Replies<T>) -> Waiting {
        Waiting::reader(replies)
    }

    fn stream<P: Protocol>(back: Back, call: StreamCall<'_, P, T>) -> Delivery {
        producer::deliver(back, call)
    }
}

/// Never runs, because the check has failed.
impl<T> ReplyField<T> for Field<T, false> {
    fn waiting(_: Reply<T>) -> Waiting {
        Waiting::NONE
    }

    fn call<P: Protocol>(back: Back, _: &Addr<P>, _: Call<'_, P, T>) -> Delivery {
        back.refuse(Refusal::new(RefusalKind::BadFrame, NOT_WIRE))
    }

    fn reading(_: Replies<T>) -> Waiting {
        Waiting::NONE
    }

    fn stream<P: Protocol>(back: Back, _: StreamCall<'_, P, T>) -> Delivery {
        back.refuse(Refusal::new(RefusalKind::BadFrame, NOT_WIRE))
    }
}
