//! The callers of messages to another node: replies of calls that have not begun here, and replies that a
//! handler of this node has passed on. This module does not depend on windows.

use crate::codec;
use crate::node::Announced;
use crate::scope::{self, Scope};
use crate::session::Pending;
use actor_core::proxy;
use actor_core::{
    CallError, Reply,
    error::{Refusal, RefusalKind},
};
use serde::de::DeserializeOwned;
use std::any::TypeId;
use std::task::{Context, Poll};
use std::time::Instant;

/// Returns the caller that waits for this reply. Called before the proxy marks its call as started.
pub(super) fn pending<T: DeserializeOwned + Send + 'static>(reply: Reply<T>) -> Box<dyn Pending> {
    let is_passed_on = proxy::is_started(&reply);
    Box::new(Waiting { reply: Some(reply), is_passed_on })
}

/// The caller of a message.
struct Waiting<T> {
    /// `None` once the call has ended.
    reply: Option<Reply<T>>,
    /// Set if a handler of this node has taken the first message of the call, and has passed the reply on with
    /// `reply_to`. Then the caller gets no error for which `never_handled()` is true.
    is_passed_on: bool,
}

impl<T: DeserializeOwned + Send + 'static> Pending for Waiting<T> {
    fn poll_abandoned(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.reply {
            Some(reply) => proxy::poll_closed(reply, cx),
            None => Poll::Ready(()),
        }
    }

    fn is_abandoned(&self) -> bool {
        self.reply.as_ref().is_none_or(Reply::is_closed)
    }

    fn deadline(&self) -> Option<Instant> {
        self.reply.as_ref()?.deadline()
    }

    fn begin(&mut self) -> bool {
        self.reply = self.reply.take().and_then(proxy::begin);
        self.reply.is_some()
    }

    fn is_plain(&self) -> bool {
        is_plain::<T>() && !self.reply.as_ref().is_some_and(proxy::is_observed)
    }

    fn reply_plain(self: Box<Self>, bytes: &[u8]) {
        if let Some(reply) = self.reply {
            answer(reply, codec::decode(bytes));
        }
    }

    fn reply(self: Box<Self>, bytes: &[u8], scope: &Scope, announced: Announced) {
        if let Some(reply) = self.reply {
            answer(reply, scope::decoding(scope, announced, || codec::decode(bytes)));
        }
    }

    fn fail(self: Box<Self>, error: CallError) {
        if let Some(reply) = self.reply {
            proxy::fail(reply, if self.is_passed_on { of_passed_on(error) } else { error });
        }
    }
}

/// Replies with the value, or fails the call with the text of the error.
fn answer<T>(reply: Reply<T>, decoded: Result<T, String>) {
    match decoded {
        Ok(value) => drop(reply.send(value)),
        Err(text) => {
            let refusal = Refusal::new(RefusalKind::BadReply, text);
            proxy::fail(reply, CallError::Refused(refusal));
        }
    }
}

/// Returns whether a type is a simple type of the standard library.
fn is_plain<T: 'static>() -> bool {
    macro_rules! is_one_of {
        ($($plain:ty),*) => {
            [$(TypeId::of::<$plain>()),*].contains(&TypeId::of::<T>())
        };
    }
    is_one_of!(
        (),
        bool,
        char,
        String,
        Vec<u8>,
        f32,
        f64,
        u8,
        u16,
        u32,
        u64,
        u128,
        usize,
        i8,
        i16,
        i32,
        i64,
        i128,
        isize
    )
}

/// Converts the error of the second message to that of the first one, which was handled. As on one node, the
/// caller gets `NoReply` if the second message was not handled.
fn of_passed_on(error: CallError) -> CallError {
    match error {
        CallError::DeadlineExceeded { .. } => CallError::DeadlineExceeded { started: true },
        CallError::Unreachable { .. } => CallError::Unreachable { started: true },
        error if error.never_handled() => CallError::NoReply,
        error => error,
    }
}
