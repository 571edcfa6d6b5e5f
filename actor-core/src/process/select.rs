//! Waiting for a message, with or without a matcher and a timeout.

use super::inbox::Inbox;
use crate::cell::{current, deadlock::tracker};
use crate::time::{Elapsed, Sleep};
use std::any::TypeId;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// The matcher that accepts every message.
pub type Oldest<M> = fn(M) -> Result<M, M>;

/// The future of [`Inbox::select`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::process::{Inbox, Process, spawn_process};
/// # System::current_thread().block_on(async {
/// let process = spawn_process(|mut inbox: Inbox<u8>| async move {
///     inbox.select(|number| if number > 3 { Ok(number) } else { Err(number) }).await
/// });
/// process.send(1).await.unwrap();
/// process.send(5).await.unwrap();
/// assert_eq!(process.result().await, Ok(Some(5)));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Select<'a, M: Send + 'static, F> {
    inbox: &'a mut Inbox<M>,
    matcher: F,
    /// The number of drained messages that were refused; `None` before the first poll.
    at: Option<usize>,
}

impl<'a, M: Send + 'static, F> Select<'a, M, F> {
    pub(super) fn new(inbox: &'a mut Inbox<M>, matcher: F) -> Self {
        Select { inbox, matcher, at: None }
    }
}

/// Returns the key by which a matcher is recognized, or `None` if it captures variables.
fn matcher_key<F>() -> Option<TypeId> {
    // A matcher may borrow from the calling function, so it has no `TypeId`. A closure of size
    // zero borrows nothing, so lifetimes make no difference.
    (size_of::<F>() == 0).then(typeid::of::<F>)
}

impl<M: Send + 'static, T, F: FnMut(M) -> Result<T, M>> Future for Select<'_, M, F> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let Select { inbox, matcher, at } = &mut *self;
        assert!(
            current::is_inside(inbox.mailbox().header.id()),
            "an inbox receives inside of its own process only, not in another task"
        );
        inbox.loop_link.wait_is_over();
        if inbox.mailbox().header.is_killed() {
            // The process was killed between two messages. The loop drops this future as soon as it
            // is pending.
            return Poll::Pending;
        }
        if inbox.mailbox().header.is_turn_over() {
            inbox.mailbox().header.end_turn();
            // Moves to the back of the run queue; the next turn starts with a full budget.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if inbox.mailbox().is_ending_life() {
            inbox.message_taken();
            return Poll::Ready(None);
        }
        let key = matcher_key::<F>();
        let at = at.get_or_insert_with(|| key.map_or(0, |key| inbox.buffer.position(key)));
        let found = loop {
            if let Some(chosen) = inbox.find_match(matcher, at) {
                break Some(Some(chosen));
            }
            if inbox.loop_link.is_failing() {
                // The loop drops this future as soon as it is pending.
                return Poll::Pending;
            }
            let may_get_more = inbox.fill_buffer();
            if !may_get_more {
                break Some(None);
            }
            if !inbox.buffer.has_unexamined() {
                break None;
            }
        };
        if let Some(key) = key {
            inbox.buffer.set_position(key, *at);
        }
        if let Some(found) = found {
            inbox.message_taken();
            return Poll::Ready(found);
        }
        inbox.buffer.release_memory();
        let waker = cx.waker();
        inbox.loop_link.wait((!tracker::is_own_waker(waker)).then_some(waker));
        Poll::Pending
    }
}

impl<M: Send + 'static, F> Unpin for Select<'_, M, F> {}

impl<M: Send + 'static, F> Drop for Select<'_, M, F> {
    fn drop(&mut self) {
        self.inbox.loop_link.wait_is_over();
    }
}

impl<M: Send + 'static, F> fmt::Debug for Select<'_, M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("inbox", &*self.inbox).finish_non_exhaustive()
    }
}

/// The future of [`Inbox::select_timeout`].
pub(super) struct SelectWithin<'a, M: Send + 'static, F> {
    select: Select<'a, M, F>,
    limit: Duration,
    sleep: Option<Sleep>,
}

impl<'a, M: Send + 'static, F> SelectWithin<'a, M, F> {
    pub(super) fn new(select: Select<'a, M, F>, limit: Duration) -> Self {
        SelectWithin { select, limit, sleep: None }
    }
}

impl<M: Send + 'static, T, F: FnMut(M) -> Result<T, M>> Future for SelectWithin<'_, M, F> {
    type Output = Result<Option<T>, Elapsed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // Messages are checked first: a message that has arrived counts, even if the future is
        // polled after the timeout.
        if let Poll::Ready(found) = Pin::new(&mut this.select).poll(cx) {
            return Poll::Ready(Ok(found));
        }
        let header = &this.select.inbox.mailbox().header;
        if header.budget() == 0 {
            // The turn is over, so no message has been examined yet.
            return Poll::Pending;
        }
        let limit = this.limit;
        let sleep =
            this.sleep.get_or_insert_with(|| Sleep::on(header.system.executor.clone(), limit));
        std::task::ready!(Pin::new(sleep).poll(cx));
        header.spend();
        this.select.inbox.loop_link.wait_is_over();
        Poll::Ready(Err(Elapsed))
    }
}
