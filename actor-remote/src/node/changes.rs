//! Notifies waiters of changes of the node. Unlike an `event_listener::Event`, [`Changes`] runs no code of the user
//! under its lock: a waker may call the node, and a panic in a waker is caught.
//!
//! Invariant: a waiter registers before it reads the state. The other side changes the state before it notifies.
//! Therefore a waiter either reads the changed state, or is notified.

use crate::contained;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

#[derive(Clone, Default)]
pub(crate) struct Changes(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    /// The number of notifications so far.
    round: u64,
    /// The number of waiters so far.
    listened: u64,
    /// The waiters that have been polled in this round, by number.
    wakers: BTreeMap<u64, Waker>,
}

/// Ready after the first notification since its creation.
pub(crate) struct Change {
    changes: Changes,
    round: u64,
    number: u64,
}

impl Changes {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn listen(&self) -> Change {
        let mut waiting = self.lock();
        waiting.listened += 1;
        Change { changes: self.clone(), round: waiting.round, number: waiting.listened }
    }

    /// Wakes all waiters.
    pub(crate) fn notify(&self) {
        let wakers = {
            let mut waiting = self.lock();
            waiting.round += 1;
            std::mem::take(&mut waiting.wakers)
        };
        for waker in wakers.into_values() {
            contained::run(|| waker.wake());
        }
    }
}

impl Future for Change {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let waker = cx.waker().clone();
        let mut waiting = self.changes.lock();
        // The unused waker is dropped outside of the lock.
        let unused = match waiting.round == self.round {
            true => waiting.wakers.insert(self.number, waker),
            false => Some(waker),
        };
        let is_over = waiting.round != self.round;
        drop(waiting);
        drop(unused);
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        let waker = self.changes.lock().wakers.remove(&self.number);
        contained::discard(waker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    /// Counts, calls back and panics.
    struct Angry(Changes, AtomicUsize);

    impl Wake for Angry {
        fn wake(self: Arc<Self>) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.notify();
            panic!("woken");
        }
    }

    #[test]
    fn each_waiter_is_woken_once_although_wakers_notify_and_panic() {
        let changes = Changes::default();
        let angry = Arc::new(Angry(changes.clone(), AtomicUsize::new(0)));
        let waker = Waker::from(angry.clone());
        let cx = &mut Context::from_waker(&waker);
        let mut waiters: Vec<_> = (0..3).map(|_| changes.listen()).collect();
        for waiter in &mut waiters {
            assert!(Pin::new(waiter).poll(cx).is_pending());
        }
        drop(waiters.pop());
        changes.notify();
        assert_eq!(angry.1.load(Ordering::Relaxed), 2);
        for waiter in &mut waiters {
            assert!(Pin::new(waiter).poll(cx).is_ready());
        }
        assert!(changes.lock().wakers.is_empty());
        assert!(Pin::new(&mut changes.listen()).poll(cx).is_pending());
    }
}
