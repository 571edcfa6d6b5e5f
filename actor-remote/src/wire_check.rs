//! Limits the compiler errors for a type that cannot leave the process to a single error, at the type.
//!
//! Generated code checks each type once, with [`wire`]. All other generated code accepts any type. For a type that
//! is not `Wire`, method calls on [`WireCheck`] resolve to [`NotWire`], whose functions never run.

use crate::codec::Wire;
use crate::import::Outgoing;
use crate::remote::Source;
use actor_core::{Reply, streaming::Replies};
use std::marker::PhantomData;

/// Checks a type. If the type is not `Wire`, the compiler reports an error at the call.
pub const fn wire<T: Wire>() {}

/// The functions of an argument or a reply of type `T`. These functions are compiled once per type, not once per
/// message.
#[derive(Debug)]
pub struct WireCheck<T>(PhantomData<fn() -> T>);

impl<T: Wire> WireCheck<T> {
    /// Reads the next argument.
    pub fn argument<S: Source>(source: &mut S, name: &'static str) -> Option<T> {
        source.argument(name)
    }

    /// Returns the reply of the message, or `None` for a send.
    pub fn reply<S: Source>(source: &mut S) -> Option<Reply<T>> {
        source.reply()
    }

    /// Returns the streaming replies of the message.
    pub fn replies<S: Source>(source: &mut S) -> Option<Replies<T>> {
        source.replies()
    }

    /// Encodes the next argument.
    pub fn put(out: &mut Outgoing, value: &T) {
        out.put(value);
    }

    /// Keeps the caller on this node.
    pub fn put_reply(out: &mut Outgoing, reply: Reply<T>) {
        out.put_reply(reply);
    }

    /// Keeps the reader on this node.
    pub fn put_replies(out: &mut Outgoing, replies: Replies<T>) {
        out.put_replies(replies);
    }
}

/// The functions of [`WireCheck`] for a type that is not [`Wire`]. These functions never run, because a program with
/// such a type does not compile.
pub trait NotWire: Sized {
    /// The type that is not `Wire`.
    type Value;

    /// Reads nothing.
    fn argument<S: Source>(_: &mut S, _: &'static str) -> Option<Self::Value> {
        None
    }

    /// Returns nothing.
    fn reply<S: Source>(_: &mut S) -> Option<Reply<Self::Value>> {
        None
    }

    /// Returns nothing.
    fn replies<S: Source>(_: &mut S) -> Option<Replies<Self::Value>> {
        None
    }

    /// Encodes nothing.
    fn put(_: &mut Outgoing, _: &Self::Value) {}

    /// Drops the caller.
    fn put_reply(_: &mut Outgoing, _: Reply<Self::Value>) {}

    /// Drops the reader.
    fn put_replies(_: &mut Outgoing, _: Replies<Self::Value>) {}
}

impl<T> NotWire for WireCheck<T> {
    type Value = T;
}
