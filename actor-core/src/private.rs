//! The one door for code that the macros write. Not for users, and free to change in any release.

pub use crate::actor::{
    Dispatch, Flow, HandleLater, HandleNow, Hooks, Input, Label, Protocol, Settings, Started,
};
pub use crate::life::{Life, Runner, run};
pub use crate::system::run::{main, test};
pub use crate::talk::reply::{Head, ReplySlot};
pub use std::clone::Clone;
pub use std::cmp::{Eq, PartialEq};
pub use std::convert::{AsRef, From};
pub use std::fmt;
pub use std::future::Future;
pub use std::hash::{Hash, Hasher};
pub use std::marker::Sized;
pub use std::ops::Deref;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::bool;
pub use std::result::Result::{self, Err, Ok};

use crate::Context;

/// Has the compiler say of a handler's future that it has to be `Send`.
pub fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// Has the compiler say of an argument's type that it has to be owned and `Send`.
pub fn owned<T: Send + 'static>(value: T) -> T {
    value
}

/// What `#[on_start]` has come to.
pub fn started(outcome: impl Started) -> Flow {
    outcome.flow()
}

/// A context for a hook that takes it by `&mut`.
pub fn own<A: Dispatch>(context: &Context<A>) -> Context<A> {
    context.again()
}

/// Looks for an error in what a handler returned to nobody: by type, not by name. The method is
/// found by the number of references it takes to get there, the most telling first.
#[derive(Debug)]
pub struct Probe<'a, T>(pub &'a T);

/// An error that says what it is.
pub trait LostDebug {
    /// The error's text.
    fn lost(&self) -> Option<String>;
}

impl<T, E: fmt::Debug> LostDebug for &&Probe<'_, Result<T, E>> {
    fn lost(&self) -> Option<String> {
        self.0.as_ref().err().map(|error| format!("{error:?}"))
    }
}

/// An error of which only the type's name is known.
pub trait LostNamed {
    /// The type's name.
    fn lost(&self) -> Option<String>;
}

impl<T, E> LostNamed for &Probe<'_, Result<T, E>> {
    fn lost(&self) -> Option<String> {
        self.0.as_ref().err().map(|_| std::any::type_name::<E>().to_owned())
    }
}

/// No error.
pub trait LostNothing {
    /// Nothing.
    fn lost(&self) -> Option<String>;
}

impl<T> LostNothing for Probe<'_, T> {
    fn lost(&self) -> Option<String> {
        None
    }
}
