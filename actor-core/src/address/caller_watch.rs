//! The caller of a running handler: [`Watched`] drops an `abort` handler when its caller has left,
//! and a handler can wait for [`CallerGone`].
//!
//! The reply cell stores one waker to wake when the caller leaves: the waker of the actor, which
//! deadlock detection does not count. The waits of a handler for [`CallerGone`] are listeners of an
//! event, and deadlock detection counts their wakers.

use super::reply::ReplySlot;
use crate::cell::current;
use crate::cell::deadlock::uncounted;
use crate::event::{Event, Listener};
use crate::sync::{Arc, Scoped, scoped};
use pin_project_lite::pin_project;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

thread_local! {
    /// The caller of the handler that this thread is polling, if the handler is watched.
    static CALLER: Scoped<Option<Caller>> = const { scoped(None) };
}

/// The caller of a running handler, as far as it is known.
#[derive(Default)]
struct Caller {
    has_left: bool,
    /// Notified when the caller leaves. Created by the first wait for this event.
    left: Option<Arc<Event>>,
}

/// Makes `caller` the caller of the handler that this thread polls, until the guard is dropped.
struct Enter<'a> {
    caller: &'a mut Caller,
    before: Option<Caller>,
}

impl<'a> Enter<'a> {
    fn new(caller: &'a mut Caller) -> Self {
        let before = CALLER.with(|current| current.replace(Some(std::mem::take(caller))));
        Enter { caller, before }
    }
}

impl Drop for Enter<'_> {
    fn drop(&mut self) {
        let caller = CALLER.with(|current| current.replace(self.before.take()));
        *self.caller = caller.unwrap_or_default();
    }
}

pin_project! {
    /// A handler whose caller is watched. `None` if it was dropped because its caller has left.
    #[allow(missing_debug_implementations, reason = "inside of generated code")]
    pub struct Watched<'a, T, F> {
        #[pin]
        handler: Option<F>,
        slot: &'a mut ReplySlot<T>,
        aborts: bool,
        is_pending: bool,
        caller: Caller,
    }
}

/// Runs `handler` for the caller that waits at `slot`. With `aborts`, the handler is dropped at its next
/// await when the caller has left.
pub fn watch<T, F: Future>(slot: &mut ReplySlot<T>, handler: F, aborts: bool) -> Watched<'_, T, F> {
    Watched { handler: Some(handler), slot, aborts, is_pending: false, caller: Caller::default() }
}

impl<T, F: Future> Future for Watched<'_, T, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Option<F::Output>> {
        let mut this = self.project();
        loop {
            let mut poll_gone = |waker: &Waker| this.slot.poll_gone(waker);
            if *this.is_pending && sees_end(this.caller, *this.aborts, cx.waker(), &mut poll_gone) {
                current::set_aborted();
                // User code: a panic in the drop fails the life.
                this.handler.set(None);
                return Poll::Ready(None);
            }
            let Some(handler) = this.handler.as_mut().as_pin_mut() else { return Poll::Pending };
            let entered = Enter::new(this.caller);
            let poll = handler.poll(cx);
            drop(entered);
            if let Poll::Ready(value) = poll {
                return Poll::Ready(Some(value));
            }
            *this.is_pending = true;
            if !sees_change(this.caller, *this.aborts, cx.waker(), &mut poll_gone) {
                return Poll::Pending;
            }
        }
    }
}

/// Returns whether a pending handler is to be dropped.
fn sees_end(
    caller: &mut Caller,
    aborts: bool,
    waker: &Waker,
    poll_gone: &mut dyn FnMut(&Waker) -> bool,
) -> bool {
    sees_change(caller, aborts, waker, poll_gone);
    aborts && (caller.has_left || current::handling().is_expired())
}

/// Returns whether the caller of a pending handler has left since the last check. If it has not,
/// and the handler depends on it, the handler, polled with `waker`, is woken when the caller leaves.
fn sees_change(
    caller: &mut Caller,
    aborts: bool,
    waker: &Waker,
    poll_gone: &mut dyn FnMut(&Waker) -> bool,
) -> bool {
    if caller.has_left || (!aborts && caller.left.is_none()) {
        return false;
    }
    let has_left = current::actor().is_some_and(|actor| poll_gone(&uncounted(&actor, waker)));
    // For the handler, a fault of a simulation is the same as a caller that has left.
    caller.has_left = has_left || (aborts && current::is_aborted_by_fault());
    if let (true, Some(left)) = (caller.has_left, &caller.left) {
        left.notify();
    }
    caller.has_left
}

/// Waits until the caller of the polled handler has left.
pub(crate) struct CallerGone<'a> {
    listener: Option<Listener>,
    /// Borrows the context, because the future is only useful in the handler.
    context: PhantomData<&'a ()>,
}

impl CallerGone<'_> {
    pub(crate) fn new() -> Self {
        CallerGone { listener: None, context: PhantomData }
    }
}

impl Future for CallerGone<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        let left = CALLER.with(|caller| match &mut *caller.borrow_mut() {
            Some(Caller { has_left: true, .. }) => Ok(()),
            Some(Caller { left, .. }) => Err(Some(left.get_or_insert_with(Event::new).clone())),
            None => Err(None),
        });
        match left {
            Ok(()) => Poll::Ready(()),
            Err(Some(left)) => {
                let listener = self.listener.get_or_insert_with(|| left.listen());
                Pin::new(listener).poll(cx)
            }
            // Outside of a handler, or in a handler that owns its reply or has no caller.
            Err(None) => Poll::Pending,
        }
    }
}
