//! [`Refusal`]: why a message or a reply did not cross a process boundary. Plain data, no behavior.

use crate::sync::Arc;
use std::fmt;

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
