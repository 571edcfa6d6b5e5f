//! The callers of messages to another node: replies of calls that have not begun here, and replies that a
//! handler of this node has passed on. Must not know the windows.

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
    match proxy::is_started(&reply) {
        true => Box::new(PassedOn(reply)),
        false => Box::new(reply),
    }
}

impl<T: DeserializeOwned + Send + 'static> Pending for Reply<T> {
    fn poll_abandoned(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        proxy::poll_closed(self, cx)
    }

    fn deadline(&self) -> Option<Instant> {
        Reply::deadline(self)
    }

    fn begin(self: Box<Self>) -> Option<Box<dyn Pending>> {
        proxy::begin(*self).map(|reply| Box::new(reply) as Box<dyn Pending>)
    }

    fn is_plain(&self) -> bool {
        is_plain::<T>()
    }

    fn reply(self: Box<Self>, bytes: &[u8], scope: &Scope, announced: Announced) {
        match scope::decoding(scope, announced, || codec::decode(bytes)) {
            Ok(value) => drop(self.send(value)),
            Err(text) => {
                let refusal = Refusal::new(RefusalKind::BadReply, text);
                proxy::fail(*self, CallError::Refused(refusal));
            }
        }
    }

    fn fail(self: Box<Self>, error: CallError) {
        proxy::fail(*self, error);
    }
}

/// The reply of a message that a handler of this node has taken, and has passed on with `reply_to`. Its
/// caller gets no error for which `never_handled()` is true.
struct PassedOn<T>(Reply<T>);

impl<T: DeserializeOwned + Send + 'static> Pending for PassedOn<T> {
    fn poll_abandoned(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll_abandoned(cx)
    }

    fn deadline(&self) -> Option<Instant> {
        Pending::deadline(&self.0)
    }

    fn begin(self: Box<Self>) -> Option<Box<dyn Pending>> {
        proxy::begin(self.0).map(|reply| Box::new(PassedOn(reply)) as Box<dyn Pending>)
    }

    fn is_plain(&self) -> bool {
        self.0.is_plain()
    }

    fn reply(self: Box<Self>, bytes: &[u8], scope: &Scope, announced: Announced) {
        Box::new(self.0).reply(bytes, scope, announced);
    }

    fn fail(self: Box<Self>, error: CallError) {
        proxy::fail(self.0, of_passed_on(error));
    }
}

/// Whether a type is one of the simple types of the standard library.
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
