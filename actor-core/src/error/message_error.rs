//! The errors of messages: [`CallError`], the reason for which a call has no reply, and
//! [`SendError`], a message that was not accepted, with the reason. Plain data, no behavior.

use super::{Cycle, Refusal, RefusalKind};
use crate::exit::Failure;
use crate::sync::Mutex;
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// The reason why a message was not accepted.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
/// # System::current_thread().block_on(async {
/// let echo = Echo.spawn();
/// echo.stop();
/// assert_eq!(echo.say(1).try_send().unwrap_err().reason(), SendReason::Stopped);
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendReason {
    /// The actor has ended, or no longer accepts messages.
    Stopped,
    /// The mailbox was full.
    Full,
    /// The timeout elapsed before the mailbox had capacity.
    Timeout,
    /// The deadline of the sending handler's message passed before the mailbox had capacity.
    DeadlineExceeded,
    /// Blocking would have stopped a system that the thread runs. See
    /// [`SendFuture::wait`](crate::call::SendFuture::wait).
    WouldBlock,
    /// The send would have deadlocked: the actor of the mailbox is waiting for the sender, directly
    /// or through other actors.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor(capacity = 1)]
    /// struct Eager;
    ///
    /// #[actor]
    /// impl Eager {
    ///     async fn fill(&mut self, context: &Context<Self>) -> Option<SendReason> {
    ///         let me = context.address();
    ///         me.work().send().await.ok()?; // there is room for one
    ///         me.work().send().await.err().map(|error| error.reason())
    ///     }
    ///
    ///     fn work(&self) {}
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let refused = Eager.spawn().fill().await.unwrap();
    ///     assert!(matches!(refused, Some(SendReason::Deadlock(_))));
    /// });
    /// ```
    Deadlock(Cycle),
}

impl fmt::Display for SendReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendReason::Stopped => f.write_str("the actor has stopped"),
            SendReason::Full => f.write_str("the mailbox is full"),
            SendReason::Timeout => f.write_str("timed out waiting for mailbox capacity"),
            SendReason::DeadlineExceeded => {
                f.write_str("the sender's deadline passed while waiting for mailbox capacity")
            }
            SendReason::WouldBlock => {
                f.write_str("waiting would block a thread that runs a system")
            }
            SendReason::Deadlock(cycle) => write!(f, "deadlock: {cycle}"),
        }
    }
}

impl std::error::Error for SendReason {}

/// A message that was not accepted, with the reason.
///
/// It is `Send + Sync + Error` for every message type, so `?` works with every error type.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Log; #[actor] impl Log { fn line(&self, text: String) {} }
/// # System::current_thread().block_on(async {
/// let log = Log.spawn();
/// log.stop();
/// let error = log.line("hello".into()).try_send().unwrap_err();
/// assert_eq!(error.reason(), SendReason::Stopped);
/// let LogMessage::Line { text, .. } = error.into_message() else { unreachable!() };
/// assert_eq!(text, "hello");
/// # });
/// ```
pub struct SendError<M> {
    reason: SendReason,
    /// A mutex that is never locked. It makes the error `Sync` for messages that are only `Send`.
    message: Mutex<M>,
}

impl<M> SendError<M> {
    pub(crate) fn new(reason: SendReason, message: M) -> Self {
        SendError { reason, message: Mutex::new(message) }
    }

    /// Returns the reason.
    pub fn reason(&self) -> SendReason {
        self.reason.clone()
    }

    /// Returns the message.
    pub fn into_message(self) -> M {
        self.message.into_inner()
    }
}

impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not sent: {}", self.reason)
    }
}

impl<M> std::error::Error for SendError<M> {}

impl<M> From<SendError<M>> for CallError {
    fn from(error: SendError<M>) -> Self {
        match error.reason {
            SendReason::Stopped => CallError::Stopped,
            SendReason::Full => CallError::Full,
            SendReason::Timeout => CallError::Timeout { started: false },
            SendReason::DeadlineExceeded => CallError::DeadlineExceeded { started: false },
            SendReason::WouldBlock => CallError::WouldBlock,
            SendReason::Deadlock(cycle) => CallError::Deadlock(cycle),
        }
    }
}
