//! The one door for code that the macros write. Not for users, and free to change in any release.

pub use crate::cell::head::Head;
pub use crate::cell::message::{Label, Protocol, Settings, Way};
pub use crate::cell::message::{Marks, SlotMut};
pub use crate::compose::bridge::bridge;
pub use crate::life::dispatch::{Dispatch, Flow, Hook, Hooks, Input, Started};
pub use crate::life::foreign::{
    Arguments, Envelope, Foreign, Guards, HasBlock, Later, Loan, Serve, Serves, lend,
};
pub use crate::life::lender::{
    Borrowing, BoxedHere, BoxedNowhere, BoxedSend, Boxing, Here, Lender, Sent,
};
pub use crate::life::{Life, Runner, run, run_shared};
pub use crate::sim::Tested;
pub use crate::sim::test::{Plan, really, simulate};
pub use crate::system::run::main;
pub use crate::talk::reply_slot::{ReplySlot, ReplySlotOf, answer};
pub use std::any::Any;
pub use std::boxed::Box;
pub use std::clone::Clone;
pub use std::cmp::{Eq, PartialEq};
pub use std::convert::{AsRef, From, Infallible};
pub use std::fmt;
pub use std::future::Future;
pub use std::hash::{Hash, Hasher};
pub use std::marker::Sized;
pub use std::ops::{Deref, FnOnce};
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str};
pub use std::result::Result::{self, Err, Ok};

use crate::Context;
use std::marker::PhantomData;

/// In a type that has no values and only stands for others.
#[derive(Debug)]
pub struct Nobody<T>(
    #[allow(dead_code, reason = "there is none")] Infallible,
    PhantomData<fn() -> T>,
);

/// Has the compiler say of a handler's future that it has to be `Send`.
pub fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// A state that an async handler takes by `&self`, and so borrows while it waits.
///
/// If the state is `Sync` its own `sendable` is found, else that of [`LentUnshared`]: so that one
/// thing is said, and not of the future that it is not `Send` either.
#[derive(Debug)]
pub struct Lent<A>(PhantomData<fn() -> A>);

impl<A> Lent<A> {
    /// Asks about `A`.
    #[expect(clippy::new_without_default, reason = "written by the macro, in this one way")]
    pub fn new() -> Self {
        Lent(PhantomData)
    }
}

impl<A: Sync> Lent<A> {
    /// As the function of that name.
    pub fn sendable<F: Future + Send>(self, future: F) -> F {
        future
    }
}

/// Refuses a state that is not `Sync`.
pub trait LentUnshared<A>: Sized {
    /// Has the compiler say at the receiver that the state has to be `Sync`.
    fn sendable<F: Future>(self, future: F) -> F
    where
        A: Shared,
    {
        future
    }
}

impl<A> LentUnshared<A> for Lent<A> {}

/// `Sync`, in the words of an actor.
#[diagnostic::on_unimplemented(
    message = "an async handler cannot take `&self`, because `{Self}` is not `Sync`",
    label = "take `&mut self`",
    note = "a handler that waits lends what it has borrowed to whichever thread goes on with it"
)]
pub trait Shared {}

#[diagnostic::do_not_recommend]
impl<A: Sync> Shared for A {}

/// What `#[on_start]` has come to.
pub fn started<L>(outcome: impl Started) -> Flow<L> {
    outcome.flow()
}

/// A context for a hook that takes it by `&mut`.
pub fn own<A: Dispatch>(context: &Context<A>) -> Context<A> {
    context.again()
}

/// Refuses settings, with `text`, where what has them is no message of its protocol.
#[track_caller]
pub const fn check_message(helpers: &[&str], name: &str, text: &str) {
    let mut index = 0;
    while index < helpers.len() {
        assert!(!is_same(helpers[index].as_bytes(), name.as_bytes()), "{}", text);
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

/// Looks for an error in what a handler returned to nobody: by type, not by name. The method is
/// found by the number of references it takes to get there, the most telling first; what it gives
/// knows the answer only, and is compiled once for each.
#[derive(Debug)]
pub struct Probe<'a, T>(pub &'a ReplySlot<T>);

/// An error that says what it is.
pub trait LostDebug {
    /// What is answered.
    type Answer;
    /// What finds the error's text.
    fn lost(&self) -> fn(&Self::Answer) -> Option<String>;
}

impl<T, E: fmt::Debug> LostDebug for &&Probe<'_, Result<T, E>> {
    type Answer = Result<T, E>;
    fn lost(&self) -> fn(&Result<T, E>) -> Option<String> {
        |answer| answer.as_ref().err().map(|error| format!("{error:?}"))
    }
}

/// An error of which only the type's name is known.
pub trait LostNamed {
    /// What is answered.
    type Answer;
    /// What finds the type's name.
    fn lost(&self) -> fn(&Self::Answer) -> Option<String>;
}

impl<T, E> LostNamed for &Probe<'_, Result<T, E>> {
    type Answer = Result<T, E>;
    fn lost(&self) -> fn(&Result<T, E>) -> Option<String> {
        |answer| answer.as_ref().err().map(|_| std::any::type_name::<E>().to_owned())
    }
}

/// No error.
pub trait LostNothing {
    /// What is answered.
    type Answer;
    /// What finds nothing.
    fn lost(&self) -> fn(&Self::Answer) -> Option<String>;
}

impl<T> LostNothing for Probe<'_, T> {
    type Answer = T;
    fn lost(&self) -> fn(&T) -> Option<String> {
        nothing
    }
}

/// Finds no error.
pub fn nothing<T>(_: &T) -> Option<String> {
    None
}
