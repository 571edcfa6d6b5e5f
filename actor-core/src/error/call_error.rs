//! [`CallError`]: why a call has no reply. Plain data, no behavior.

use super::cycle::Cycle;
use super::refusal::{Refusal, RefusalKind};
use crate::exit::Failure;
use std::fmt;

/// The reason why a call has no reply.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, word: String) -> String { word } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// echo.stop();
/// let error = echo.say("late".into()).await.unwrap_err();
/// assert_eq!(error, CallError::Stopped);
/// assert!(error.never_handled());
/// # });
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CallError {
    /// The actor has ended, or no longer accepts messages. The message was never handled.
    Stopped,
    /// The mailbox was full and the call does not wait for capacity, or too many messages were
    /// deferred by the actor's guards.
    Full,
    /// The timeout of this call elapsed.
    Timeout {
        /// Whether the handler had started before the timeout. If not, it never starts.
        started: bool,
    },
    /// The deadline that this call inherited from the message whose handler made it has passed.
    DeadlineExceeded {
        /// Whether the handler had started before the deadline. If not, it never starts.
        started: bool,
    },
    /// The handler, or the new owner of its reply, dropped the reply without an answer.
    NoReply,
    /// The handler of this message panicked.
    Panicked(Failure),
    /// The actor was killed while it handled this message.
    Killed,
    /// The call would have deadlocked: the callee is waiting for the caller, directly or through
    /// other actors. Almost always the message was not handled, but this is not certain.
    Deadlock(Cycle),
    /// `wait()` was called on a thread that runs an actor system.
    WouldBlock,
    /// The node of the actor was lost.
    Unreachable {
        /// Whether the message had been sent to the node before, so that it may have been handled.
        /// If not, it is never handled.
        started: bool,
    },
    /// The message could not leave this process, or its node did not accept it, or its reply could not
    /// be read here.
    Refused(Refusal),
}

impl CallError {
    /// Returns `true` if the message was not handled and never will be, so that a retry is safe.
    ///
    /// ```
    /// # use actor_core::CallError;
    /// assert!(CallError::Full.never_handled());
    /// assert!(CallError::Timeout { started: false }.never_handled());
    /// assert!(!CallError::Timeout { started: true }.never_handled());
    /// ```
    pub fn never_handled(&self) -> bool {
        matches!(
            self,
            CallError::Stopped
                | CallError::Full
                | CallError::WouldBlock
                | CallError::Timeout { started: false }
                | CallError::DeadlineExceeded { started: false }
                | CallError::Unreachable { started: false }
        ) || matches!(self, CallError::Refused(refusal) if refusal.kind() != RefusalKind::BadReply)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Stopped => f.write_str("the actor has stopped"),
            CallError::Full => f.write_str("the mailbox is full"),
            CallError::Timeout { started: true } => {
                f.write_str("timed out while the message was being handled")
            }
            CallError::Timeout { started: false } => {
                f.write_str("timed out before the message was handled")
            }
            CallError::DeadlineExceeded { started: true } => {
                f.write_str("the caller's deadline passed while the message was being handled")
            }
            CallError::DeadlineExceeded { started: false } => {
                f.write_str("the caller's deadline passed before the message was handled")
            }
            CallError::NoReply => f.write_str("the reply was dropped unanswered"),
            CallError::Panicked(failure) => failure.fmt(f),
            CallError::Killed => f.write_str("the actor was killed while handling the message"),
            CallError::Deadlock(cycle) => write!(f, "deadlock: {cycle}"),
            CallError::WouldBlock => {
                f.write_str("waiting would block a thread of an actor system; use `.await`")
            }
            CallError::Unreachable { started: true } => {
                f.write_str("the actor's node was lost after the message had been sent")
            }
            CallError::Unreachable { started: false } => {
                f.write_str("the actor's node was lost before the message was sent")
            }
            CallError::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CallError::Panicked(failure) => Some(failure),
            _ => None,
        }
    }
}
