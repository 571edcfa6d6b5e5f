//! Parts of the errors of calls, sends and failed actors.
//!
//! [`CallError`], [`SendError`] and [`Failure`](crate::Failure) are at the root of the crate. A
//! [`Cycle`] names the actors of a deadlock, a [`Refusal`] says why a message did not reach another
//! process, and a [`Location`] is the place of a panic.
//!
//! ```
//! use actor_core::error::{Refusal, RefusalKind};
//! use actor_core::CallError;
//!
//! let error = CallError::Refused(Refusal::new(RefusalKind::TooLarge, "`store` has 2 MB"));
//! assert_eq!(error.to_string(), "message too large: `store` has 2 MB");
//! ```

// Plain data without behavior. The detection of deadlocks is in `cell::deadlock`.

pub(crate) mod message_error;

use crate::sync::Arc;
use std::fmt;

pub use crate::exit::Location;

pub(crate) use message_error::{CallError, SendError, SendReason};

/// A cycle of actors that wait for each other, printed as `bank#3 > account#7 > bank#3`.
///
/// ```
/// # use actor_core::prelude::*;
/// #[actor]
/// struct Loner;
///
/// #[actor]
/// impl Loner {
///     async fn ask_myself(&self, context: &Context<Self>) -> Result<u32, CallError> {
///         context.address().answer().await
///     }
///
///     fn answer(&self) -> u32 {
///         42
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let loner = Loner.spawn();
///     let Ok(Err(CallError::Deadlock(cycle))) = loner.ask_myself().await else { unreachable!() };
///     assert_eq!(cycle.to_string(), format!("{0} > {0}", loner.label()));
///     assert_eq!(cycle.path(), [loner.label()]);
///     assert_eq!(cycle.handlers(), ["ask_myself"]);
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(Arc<Path>);

#[derive(Debug, PartialEq, Eq)]
struct Path {
    labels: Vec<String>,
    handlers: Vec<&'static str>,
}

impl Cycle {
    /// Creates a cycle from the label of each actor and the handler in which it waits, starting
    /// with the refused caller.
    pub(crate) fn new(path: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let (labels, handlers) = path.into_iter().unzip();
        Cycle(Arc::new(Path { labels, handlers }))
    }

    /// Returns the labels of the actors in the cycle, each once, starting with the refused caller.
    pub fn path(&self) -> &[String] {
        &self.0.labels
    }

    /// Returns the message or hook that each actor is handling while it waits for the next one, in
    /// the order of [`path`](Cycle::path).
    pub fn handlers(&self) -> &[&'static str] {
        &self.0.handlers
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for label in self.path() {
            write!(f, "{label} > ")?;
        }
        f.write_str(self.path().first().map_or("", String::as_str))
    }
}

/// A message that could not leave the process or that another process did not accept, or a reply
/// that could not be read. Cloning is cheap.
///
/// ```
/// use actor_core::{CallError, error::{Refusal, RefusalKind}};
///
/// let refusal = Refusal::new(RefusalKind::TooLarge, "`store` has 2000000 bytes");
/// assert_eq!(refusal.to_string(), "message too large: `store` has 2000000 bytes");
/// assert!(CallError::Refused(refusal).never_handled());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Arc<(RefusalKind, String)>);

/// The kind of a [`Refusal`].
///
/// ```
/// # use actor_core::error::{Refusal, RefusalKind};
/// let refusal = Refusal::new(RefusalKind::BadFrame, "too short");
/// assert_eq!((refusal.kind(), refusal.text()), (RefusalKind::BadFrame, "too short"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The receiver's version of the protocol does not have the message.
    UnknownMessage,
    /// The message is larger than the limit.
    TooLarge,
    /// The arguments could not be encoded.
    NotEncodable,
    /// The receiver could not decode the arguments.
    BadFrame,
    /// The message was handled, and its reply could not be encoded or decoded.
    BadReply,
    /// The receiver does not let this node send the message.
    Denied,
}

impl Refusal {
    /// Creates a refusal.
    pub fn new(kind: RefusalKind, text: impl Into<String>) -> Self {
        Refusal(Arc::new((kind, text.into())))
    }

    /// Returns the kind.
    pub fn kind(&self) -> RefusalKind {
        self.0.0
    }

    /// Returns the details.
    pub fn text(&self) -> &str {
        &self.0.1
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind() {
            RefusalKind::UnknownMessage => "unknown message",
            RefusalKind::TooLarge => "message too large",
            RefusalKind::NotEncodable => "message not encodable",
            RefusalKind::BadFrame => "message not readable",
            RefusalKind::BadReply => "reply not readable",
            RefusalKind::Denied => "message not allowed",
        };
        write!(f, "{kind}: {}", self.text())
    }
}
