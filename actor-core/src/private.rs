//! The private interface for generated code. Not for users; it may change in any release.

pub use crate::actor::dispatch::{Dispatch, Guard, HandlerOutcome, Hook, Hooks, Input, Started};
pub use crate::actor::protocol_message::{
    ActorMessages, AddrConversion, Converts, GuardArguments, HandlerArgs, HasActorImpl,
    ImplementsProtocol, Named, ProtocolDispatch, ProtocolFuture, ProtocolGuard, ProtocolMessage,
    adapt, handle_borrowing,
};
pub use crate::actor::protocol_message::{
    BorrowingFuture, BoxProbe, FutureBox, LocalBox, SendBox, ViaLocal, ViaSend, ViaUnknown,
};
pub use crate::actor::{Context, Life, Runner, run_async, run_concurrent};
pub use crate::address::addr::Actor;
pub use crate::address::addr::{Addr, TypedAddr};
pub use crate::address::call::Call;
pub use crate::address::caller_watch::watch;
pub use crate::address::replies::{StreamCall, StreamSlot};
pub use crate::address::reply::{ErrProbe, ReplySlot, ReplySlotOf, StreamSlotOf, answer, no_err};
pub use crate::cell::header::Settings;
pub use crate::cell::message::CallState;
pub use crate::cell::message::{Delivery, MessageInfo, Protocol, SlotMut};
pub use crate::simulation::run::Tested;
pub use crate::simulation::test::{TestConfig, run_real, simulate};
pub use crate::system::run::main;
pub use actor_macros::write_actor_on_the_trait_or_import_its_address;
pub use std::any::Any;
pub use std::boxed::Box;
pub use std::clone::Clone;
pub use std::cmp::{Eq, PartialEq};
pub use std::convert::{AsRef, From, Infallible};
pub use std::fmt;
pub use std::future::Future;
pub use std::hash::{Hash, Hasher};
pub use std::marker::{Send, Sized};
pub use std::ops::{Deref, FnOnce};
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str};
pub use std::result::Result::{self, Err, Ok};

use crate::address::replies::forward;
use futures_lite::Stream;
use std::future::{Pending, pending};
use std::marker::PhantomData;

/// The traits through which generated code queries the compiler about types.
pub mod probes {
    pub use super::{LocalState as _, NotSyncCheck as _};
    pub use crate::address::reply::{ViaDebug as _, ViaName as _, ViaNone as _};
}

/// The helper attributes, for the compiler's suggestions.
pub mod attributes {
    pub use actor_macros::{message, on_exit, on_start, on_stop};
}

/// Returns the `impl Dispatch` of an actor unchanged. One block cannot see another, so the compiler reports a second
/// block of an actor as a second `impl`. Its error names this macro.
#[doc(hidden)]
#[macro_export]
macro_rules! merge_these_blocks_or_make_one_a_protocol {
    ($(#[$attribute:meta])* impl $($implementation:tt)*) => {
        $(#[$attribute])*
        impl $($implementation)*
    };
}
pub use merge_these_blocks_or_make_one_a_protocol;

/// A marker in types without values that only represent other types.
#[derive(Debug)]
pub struct Uninhabited<T>(
    #[allow(dead_code, reason = "there is none")] Infallible,
    PhantomData<fn() -> T>,
);

/// A state that an async handler takes by `&mut self`.
///
/// If the state is not `Send`, the method of [`LocalState`] is selected, so that the compiler
/// reports the state instead of each future that borrows it.
#[derive(Debug)]
pub struct StateCheck<A>(PhantomData<fn() -> A>);

impl<A> Clone for StateCheck<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for StateCheck<A> {}

impl<A> StateCheck<A> {
    /// Creates a probe for `A`.
    #[expect(clippy::new_without_default, reason = "written by the macro, in this one way")]
    pub fn new() -> Self {
        StateCheck(PhantomData)
    }
}

impl<A: Send> StateCheck<A> {
    /// Makes the compiler report a handler's future that is not `Send`.
    pub fn assert_send<F: Future + Send>(self, future: F) -> F {
        future
    }
}

/// Replaces the future of a state that is not `Send`, so that only the state is reported.
pub trait LocalState<A>: Sized {
    /// Never runs.
    fn assert_send<F: Future>(self, _future: F) -> Pending<F::Output> {
        pending()
    }
}

impl<A> LocalState<A> for StateCheck<A> {}
impl<A> LocalState<A> for &SyncCheck<A> {}

/// A state that an async handler takes by `&self`, and therefore borrows while it waits.
///
/// If the state is `Sync`, this type's own `assert_send` is selected, and otherwise the one of
/// [`NotSyncCheck`]. The compiler then reports a single error, without another one about the
/// future.
#[derive(Debug)]
pub struct SyncCheck<A>(PhantomData<fn() -> A>);

impl<A> SyncCheck<A> {
    /// Creates a probe for `A`.
    #[expect(clippy::new_without_default, reason = "written by the macro, in this one way")]
    pub fn new() -> Self {
        SyncCheck(PhantomData)
    }
}

impl<A: Sync> SyncCheck<A> {
    /// Makes the compiler report a handler's future that is not `Send`.
    pub fn assert_send<F: Future + Send>(self, future: F) -> F {
        future
    }
}

/// Rejects a state that is not `Sync`.
pub trait NotSyncCheck<A>: Sized {
    /// Makes the compiler report at the receiver that the state has to be `Sync`.
    fn assert_send<F: Future>(self, future: F) -> F
    where
        A: SharedState,
    {
        future
    }
}

impl<A: Send> NotSyncCheck<A> for SyncCheck<A> {}

/// `Sync`, with an error text about actors.
#[diagnostic::on_unimplemented(
    message = "an async handler cannot take `&self`, because `{Self}` is not `Sync`",
    label = "take `&mut self`",
    note = "a handler that waits lends what it has borrowed to whichever thread goes on with it"
)]
pub trait SharedState {}

#[diagnostic::do_not_recommend]
impl<A: Sync> SharedState for A {}

/// Accepts a type parameter that is `'static`.
#[derive(Debug)]
pub struct Static<T: ?Sized + 'static>(PhantomData<fn() -> *const T>);

/// Returns the outcome of `#[on_start]`.
pub fn started<L>(outcome: impl Started) -> HandlerOutcome<L> {
    outcome.into_outcome()
}

/// Returns a context for a hook that takes it by `&mut`.
pub fn clone_for_hook<A: Dispatch>(context: &Context<A>) -> Context<A> {
    context.clone_ref()
}

/// Answers with the stream that a handler returned. A task of the life reads it.
pub fn answer_with_stream<A, S>(stream: S, context: &Context<A>, slot: StreamSlot<S::Item>)
where
    A: Dispatch,
    S: Stream<Item: Send> + Send + 'static,
{
    context.spawn_task(forward(stream, slot.into_replies())).detach();
}

/// Rejects settings, with `text`, on a function that is not a message of its protocol.
#[track_caller]
pub const fn check_message(non_messages: &[&str], name: &str, text: &str) {
    let mut index = 0;
    while index < non_messages.len() {
        assert!(!is_same(non_messages[index].as_bytes(), name.as_bytes()), "{}", text);
        index += 1;
    }
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([first, one @ ..], [second, other @ ..]) => *first == *second && is_same(one, other),
        _ => false,
    }
}

// A macro sees only tokens: for a type that is probably not `Send`, such as `Box<dyn Error>`, it emits a
// check, and puts `InMessage::Type` into the message. If the check fails, that type is empty, so that the
// message is `Send` and the check is the only error, with a text about messages.

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
