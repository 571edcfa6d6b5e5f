//! Turns a message type that is not `Send` into a single error, with a text about messages.
//!
//! A macro sees only tokens: for a type that is probably not `Send`, such as `Box<dyn Error>`, it
//! emits a check, and puts [`InMessage::Type`] into the message. If the check fails, that type is
//! empty, so that the message is `Send` and the check is the only error.

use std::convert::Infallible;
use std::marker::PhantomData;

/// Provides [`IS_SEND`](Self::IS_SEND) if `T` is `Send`. Otherwise, [`NotSend::IS_SEND`] is found.
#[derive(Debug)]
pub struct SendCheck<T>(PhantomData<fn() -> T>);

impl<T: Send> SendCheck<T> {
    /// `T` is `Send`.
    pub const IS_SEND: bool = true;
}

/// The result of [`SendCheck`] for a type that is not `Send`.
pub trait NotSend {
    /// The type is not `Send`.
    const IS_SEND: bool = false;
}

impl<T> NotSend for SendCheck<T> {}

/// A type in the form in which a message stores it.
pub trait InMessage<const IS_SEND: bool>: Sized {
    /// The type itself, or an empty type if it is not `Send`.
    type Type;
    /// Converts a value of the caller, or the return value of a handler.
    fn into_message(self) -> Self::Type;
    /// Converts an argument of a handler.
    fn from_message(stored: Self::Type) -> Self;
}

impl<T> InMessage<true> for T {
    type Type = T;

    fn into_message(self) -> T {
        self
    }

    fn from_message(stored: T) -> T {
        stored
    }
}

/// Never runs, because the check has failed.
impl<T> InMessage<false> for T {
    type Type = Infallible;

    fn into_message(self) -> Infallible {
        std::process::abort()
    }

    fn from_message(stored: Infallible) -> T {
        match stored {}
    }
}
