//! A notification for all waiters at once: of a change of an actor's state, of free capacity, of
//! the end of a system. No waker is woken or dropped under its lock.

use crate::clock::Instant;
use crate::panics::{drop_waker, wake_each};
use crate::sync::thread::{self, Thread};
use crate::sync::{Arc, Mutex};
use slab::Slab;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// An event that tasks and threads can wait for. A waiter first listens, then checks its condition,
/// then waits. The other side first makes the condition true, then notifies. Therefore, one of the
/// two sees the other: either the check comes after the change, or the listener was registered
/// before the notification.
#[derive(Default)]
pub(crate) struct Event {
    state: Mutex<EventState>,
}

#[derive(Default)]
struct EventState {
    /// The number of notifications so far.
    round: u64,
    /// The number of existing listeners of each role that is counted, including those that have been
    /// notified.
    existing: [usize; Role::COUNTED],
    /// The listeners of this round, with their wakers once they have been polled.
    listeners: Slab<Option<Waker>>,
}

/// The event that a listener waits for. Listeners of some roles are counted, so that the notifying
/// side can check whether there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    /// The start of an actor.
    Start,
    /// The exit of an actor.
    Exit,
    /// Anything else. Not counted.
    Other,
}

/// A waiter for an [`Event`]: ready after the first notification since its creation.
pub(crate) struct Listener {
    event: Arc<Event>,
    round: u64,
    key: usize,
    role: Role,
}

impl Role {
    const COUNTED: usize = Role::Other as usize;
}

impl EventState {
    /// Returns the number of existing listeners of a role, or `None` if the role is not counted.
    fn existing(&mut self, role: Role) -> Option<&mut usize> {
        self.existing.get_mut(role as usize)
    }
}

impl Event {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn listen(self: &Arc<Self>) -> Listener {
        self.listen_for(Role::Other)
    }

    pub(crate) fn listen_for(self: &Arc<Self>, role: Role) -> Listener {
        let mut state = self.state.lock();
        let (round, key) = (state.round, state.listeners.insert(None));
        if let Some(existing) = state.existing(role) {
            *existing += 1;
        }
        drop(state);
        Listener { event: self.clone(), round, key, role }
    }

    /// Returns whether there is a listener of a role that is counted. It may have been notified and not yet
    /// polled again.
    pub(crate) fn has_listeners(&self, role: Role) -> bool {
        self.state.lock().existing(role).is_some_and(|existing| *existing > 0)
    }

    /// Notifies all current listeners. Returns their number.
    pub(crate) fn notify(&self) -> usize {
        let mut state = self.state.lock();
        if state.listeners.is_empty() {
            return 0;
        }
        state.round += 1;
        let notified = std::mem::take(&mut state.listeners);
        drop(state);
        let count = notified.len();
        wake_each(notified.into_iter().filter_map(|(_, waker)| waker));
        count
    }
}

impl Listener {
    pub(crate) fn is_notified(&self) -> bool {
        self.event.state.lock().round != self.round
    }

    /// Blocks this thread until the notification. Returns `false` if `limit` elapsed first.
    pub(crate) fn wait_timeout(mut self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        while Pin::new(&mut self).poll(&mut context).is_pending() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::park_timeout(left);
        }
        true
    }
}

impl Future for Listener {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let state = self.event.state.lock();
        if state.round != self.round {
            return Poll::Ready(());
        }
        let known = state.listeners.get(self.key).and_then(Option::as_ref);
        if known.is_some_and(|known| known.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        drop(state);
        // Cloning a waker may run user code: not under the lock.
        let waker = cx.waker().clone();
        let mut state = self.event.state.lock();
        if state.round != self.round {
            drop(state);
            drop_waker(Some(waker));
            return Poll::Ready(());
        }
        let before = state.listeners.get_mut(self.key).and_then(|place| place.replace(waker));
        drop(state);
        drop_waker(before);
        Poll::Pending
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut state = self.event.state.lock();
        if let Some(existing) = state.existing(self.role) {
            *existing -= 1;
        }
        // The keys of an earlier round may be in use by later listeners.
        let is_there = state.round == self.round;
        let gone = if is_there { state.listeners.try_remove(self.key).flatten() } else { None };
        drop(state);
        drop_waker(gone);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
