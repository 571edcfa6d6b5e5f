//! The identity of an actor and the way it ended: [`ActorId`], [`Exit`], [`Failure`]. Plain data,
//! no behavior.

use crate::sync::{Arc, OnceLock};
use std::fmt;

/// The id of an actor. An id is never reused and stays the same over restarts.
///
/// Two ids are equal if they belong to the same actor of the same system. An id prints as its
/// number only.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// let idle = Idle.spawn();
/// assert_eq!(idle.id(), idle.clone().id());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActorId {
    pub(crate) system: u32,
    pub(crate) number: u64,
}

/// Serializes the id as its number.
#[cfg(feature = "serde")]
impl serde::Serialize for ActorId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number)
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.number)
    }
}

/// The way in which an actor ended. Every actor has exactly one exit.
///
/// The variants correspond to Erlang/OTP's exit reasons.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// idle.stop();
/// assert!(matches!(idle.join().await, Exit::Stopped));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// A normal end: by `stop()` of the address, of the [`Context`](crate::Context) or of the parent, by a
    /// `#[message(last)]`, by the return of a process, or because the last reference to the actor was dropped.
    Stopped,
    /// Code that the actor runs panicked, a handler or hook called [`Context::fail`](crate::Context::fail),
    /// the start failed, a linked actor ended abnormally, or a supervisor or pool exceeded its restart
    /// intensity.
    Failed(Failure),
    /// Ended by `kill()`.
    Killed,
    /// Reported to a monitor, a link or a [`WeakAddr::join`](crate::WeakAddr::join) whose target ended earlier and
    /// is no longer known.
    NoActor,
    /// The actor's node was lost. Whether the actor is still running is unknown.
    Unreachable,
}

impl Exit {
    /// Returns `true` for [`Exit::Stopped`], the only normal end.
    ///
    /// ```
    /// # use actor_core::Exit;
    /// assert!(Exit::Stopped.is_normal());
    /// assert!(!Exit::Killed.is_normal());
    /// ```
    pub fn is_normal(&self) -> bool {
        matches!(self, Exit::Stopped)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Stopped => f.write_str("stopped"),
            Exit::Failed(failure) => failure.fmt(f),
            Exit::Killed => f.write_str("killed"),
            Exit::NoActor => f.write_str("no such actor"),
            Exit::Unreachable => f.write_str("its node is unreachable"),
        }
    }
}

/// Allows `?` on `started()` and similar methods.
impl std::error::Error for Exit {}

/// The kind of failure that ended a life.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let unmade = Idle::try_spawn_with(|_| async { Err("no disk") });
/// let Exit::Failed(failure) = unmade.join().await else { unreachable!() };
/// assert_eq!(failure.kind(), FailureKind::Start);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A panic in a handler, a hook, a timer's closure, a stream, a task or the drop of the state.
    Panic,
    /// The state could not be created, or `#[on_start]` returned an error.
    Start,
    /// A linked actor ended abnormally.
    Linked,
    /// A supervisor or a pool exceeded its restart intensity.
    Intensity,
    /// A handler or hook called [`Context::fail`](crate::Context::fail).
    Explicit,
}

/// The cause of a failed life: its kind, location and handler.
///
/// Cloning is cheap (one `Arc`). Equality compares the contents.
///
/// ```
/// # use actor_core::prelude::*;
/// #[actor]
/// struct Fragile;
///
/// #[actor]
/// impl Fragile {
///     fn touch(&self) {
///         panic!("broken");
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let fragile = Fragile.spawn();
///     let Err(CallError::Panicked(failure)) = fragile.touch().await else { unreachable!() };
///     assert_eq!(failure.kind(), FailureKind::Panic);
///     assert_eq!((failure.handler(), failure.message()), ("touch", "broken"));
///     assert!(failure.location().is_some());
///     assert_eq!(failure.actor(), fragile.label());
/// });
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(Arc<FailureInner>);

struct FailureInner {
    parts: FailureParts,
    /// The panic message, if it became known only after a caller had received the failure.
    text: OnceLock<String>,
    /// The handler, if the actor belongs to another process.
    foreign_handler: Option<String>,
}

pub(crate) struct FailureParts {
    pub(crate) kind: FailureKind,
    pub(crate) actor: String,
    pub(crate) id: ActorId,
    pub(crate) handler: &'static str,
    pub(crate) message: String,
    pub(crate) location: Option<Location>,
    pub(crate) cause: Option<Exit>,
}

/// An owned source location. The `Location` of a panic does not outlive the panic.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Bomb; #[actor] impl Bomb { fn go(&self) { panic!() } }
/// # System::current_thread().block_on(async {
/// let Err(CallError::Panicked(failure)) = Bomb.spawn().go().await else { unreachable!() };
/// let place = failure.location().unwrap();
/// assert!(place.line() > 0 && place.column() > 0 && !place.file().is_empty());
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    file: String,
    line: u32,
    column: u32,
}

impl Failure {
    pub(crate) fn new(parts: FailureParts) -> Self {
        Failure(Arc::new(FailureInner { parts, text: OnceLock::new(), foreign_handler: None }))
    }

    /// Creates a failure of an actor in another process.
    pub(crate) fn foreign(parts: FailureParts, handler: String) -> Self {
        let foreign_handler = Some(handler);
        Failure(Arc::new(FailureInner { parts, text: OnceLock::new(), foreign_handler }))
    }

    /// Sets the text of the panic that caused this failure, if it is not known yet.
    pub(crate) fn say(&self, text: String) {
        let _ = self.0.text.set(text);
    }

    /// Returns a number that identifies the failure, rather than its contents, as long as it is kept.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Returns the kind of failure.
    pub fn kind(&self) -> FailureKind {
        self.0.parts.kind
    }

    /// Returns the label of the failed actor, such as `account#7`.
    pub fn actor(&self) -> &str {
        &self.0.parts.actor
    }

    /// Returns the id of the failed actor.
    pub fn id(&self) -> ActorId {
        self.0.parts.id
    }

    /// Returns the method name of the message or hook that was being handled.
    pub fn handler(&self) -> &str {
        self.0.handler()
    }

    /// Returns the panic message or the error text. If the panic has no text, returns `opaque panic`.
    pub fn message(&self) -> &str {
        self.0.message()
    }

    /// Returns the location of the panic, or of the call of [`Context::fail`](crate::Context::fail). Returns
    /// `None` if the location is unknown, or the failure has another cause, such as a link.
    pub fn location(&self) -> Option<&Location> {
        self.0.parts.location.as_ref()
    }

    /// Returns the exit that caused this failure: the exit of the linked actor, or of the child or pool member
    /// whose restart would have exceeded the intensity. A linked actor passes its own cause on, if it has one.
    ///
    /// Returns `None` for other kinds of failures, and for a failure in another process.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Engine; #[actor] impl Engine {}
    /// #[actor]
    /// struct Car;
    ///
    /// #[actor]
    /// impl Car {
    ///     fn take(&self, engine: EngineAddr, context: &Context<Self>) {
    ///         context.link(&engine);
    ///         engine.kill();
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let car = Car.spawn();
    ///     car.take(Engine.spawn()).await.unwrap();
    ///     let Exit::Failed(failure) = car.join().await else { unreachable!() };
    ///     assert_eq!(failure.cause(), Some(&Exit::Killed));
    /// });
    /// ```
    pub fn cause(&self) -> Option<&Exit> {
        self.0.parts.cause.as_ref()
    }
}

/// Compares what is visible: neither the moment at which the message became known nor the process of the
/// actor makes a difference.
impl PartialEq for FailureInner {
    fn eq(&self, other: &Self) -> bool {
        let FailureParts { kind, actor, id, location, cause, handler: _, message: _ } = &self.parts;
        let others = &other.parts;
        (*kind, actor, *id, location) == (others.kind, &others.actor, others.id, &others.location)
            && (self.handler(), self.message()) == (other.handler(), other.message())
            && *cause == others.cause
    }
}

impl Eq for FailureInner {}

impl FailureInner {
    fn handler(&self) -> &str {
        self.foreign_handler.as_deref().unwrap_or(self.parts.handler)
    }

    fn message(&self) -> &str {
        self.text.get().unwrap_or(&self.parts.message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed", self.actor())?;
        if !self.handler().is_empty() {
            write!(f, " in `{}`", self.handler())?;
        }
        write!(f, ": {}", self.message())?;
        match self.location() {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.0.parts.kind)
            .field("actor", &self.0.parts.actor)
            .field("handler", &self.handler())
            .field("message", &self.message())
            .field("location", &self.0.parts.location)
            .finish()
    }
}

impl std::error::Error for Failure {}

impl Location {
    /// Creates a location in another process.
    pub(crate) fn foreign(file: String, line: u32, column: u32) -> Self {
        Location { file, line, column }
    }

    pub(crate) fn of(location: &std::panic::Location<'_>) -> Self {
        let (line, column) = (location.line(), location.column());
        Location { file: location.file().to_owned(), line, column }
    }

    /// Returns the source file, as it was passed to the compiler.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the line, counted from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Returns the column, counted from 1.
    pub fn column(&self) -> u32 {
        self.column
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::{ActorId, Exit, Failure, FailureKind, FailureParts};

    fn failure(handler: &'static str, message: &str, cause: Option<Exit>) -> Failure {
        Failure::new(parts(handler, message, cause))
    }

    fn parts(handler: &'static str, message: &str, cause: Option<Exit>) -> FailureParts {
        FailureParts {
            kind: FailureKind::Panic,
            actor: "a#1".into(),
            id: ActorId { system: 0, number: 1 },
            handler,
            message: message.into(),
            location: None,
            cause,
        }
    }

    #[test]
    fn failures_are_equal_if_they_show_the_same() {
        let known = failure("go", "broken", None);
        let said = failure("go", "opaque panic", None);
        assert_ne!(known, said);
        said.say("broken".into());
        assert_eq!(known, said);
        assert_eq!(known, Failure::foreign(parts("", "broken", None), "go".into()));
        assert_ne!(known, failure("stay", "broken", None));
        assert_ne!(known, failure("go", "broken", Some(Exit::Killed)));
    }
}
