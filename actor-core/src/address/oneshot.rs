//! A oneshot channel for the answer. `Reply` holds the sending end, `ReplyReceiver` the receiving end. No
//! user code runs under its lock.

use crate::cell::call_state::Head;
use crate::error::CallError;
use crate::sync::{Arc, Mutex};
use crate::waking::{drop_waker, wake};
use std::task::{Poll, Waker};

pub(super) struct Slot<T> {
    pub(super) head: Head,
    pub(super) state: Mutex<State<T>>,
}

// Words of their own rather than one enum: each is written and taken without the others being copied.
pub(super) struct State<T> {
    /// Wakes the caller, if it is waiting.
    waiting: Option<Waker>,
    answer: Option<Result<T, CallError>>,
    /// The caller has given up, or has received its answer.
    pub(super) is_closed: bool,
    /// Wakes the task that waits in `Reply::unwanted`.
    pub(super) unwanted: Option<Waker>,
}

impl<T> Slot<T> {
    pub(super) fn new(phase: u8, waiting: Option<Waker>) -> Arc<Self> {
        let state = State { waiting, answer: None, is_closed: false, unwanted: None };
        Arc::new(Slot { head: Head::new(phase), state: Mutex::new(state) })
    }

    /// Stores the answer and wakes the caller. Returns the answer if no caller waits.
    #[inline]
    pub(super) fn put(
        self: Arc<Self>,
        answer: Result<T, CallError>,
    ) -> Result<(), Result<T, CallError>> {
        self.put_and(answer, wake)
    }

    /// The same; the caller is woken by `wake`.
    #[inline]
    pub(super) fn put_and(
        self: Arc<Self>,
        answer: Result<T, CallError>,
        wake: impl FnOnce(Waker),
    ) -> Result<(), Result<T, CallError>> {
        let mut state = self.state.lock();
        if state.is_closed {
            return Err(answer);
        }
        // The user's value is dropped after the lock is released.
        let lost = if self.head.is_lost() {
            state.answer = Some(Err(CallError::NoReply));
            Some(answer)
        } else {
            state.answer = Some(answer);
            None
        };
        let waker = state.waiting.take();
        drop(state);
        // Before the wake-up, so that the caller usually is the only owner: see `take`.
        drop(self);
        if let Some(waker) = waker {
            wake(waker);
        }
        // Last, because it is user code and may panic.
        drop(lost);
        Ok(())
    }

    /// Returns the answer, if the sending end is gone: this is then the only owner, and no lock is
    /// taken. Otherwise returns the slot.
    #[inline]
    pub(super) fn take(self: Arc<Self>) -> Result<Result<T, CallError>, Arc<Self>> {
        if Arc::strong_count(&self) > 1 {
            return Err(self);
        }
        let answer = Arc::try_unwrap(self)?.state.into_inner().answer;
        Ok(answer.unwrap_or(Err(CallError::NoReply)))
    }

    /// The caller stops waiting: notifies the sending end, and returns the answer if there is one.
    pub(super) fn close(&self) -> Option<Result<T, CallError>> {
        let mut state = self.state.lock();
        state.is_closed = true;
        let (answer, waiting) = (state.answer.take(), state.waiting.take());
        let unwanted = state.unwanted.take();
        drop(state);
        drop_waker(waiting);
        if let Some(waker) = unwanted {
            wake(waker);
        }
        answer
    }

    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<T, CallError>> {
        let mut state = self.state.lock();
        if state.answer.is_none() && !state.is_closed {
            if state.waiting.as_ref().is_some_and(|known| known.will_wake(waker)) {
                return Poll::Pending;
            }
            // Cloning a waker runs foreign code: not under the lock.
            drop(state);
            let spare = waker.clone();
            state = self.state.lock();
            if state.answer.is_none() && !state.is_closed {
                let old = state.waiting.replace(spare);
                drop(state);
                drop_waker(old);
                return Poll::Pending;
            }
            // So is a drop of one.
            drop(state);
            drop_waker(Some(spare));
            state = self.state.lock();
        }
        state.is_closed = true;
        Poll::Ready(state.answer.take().unwrap_or(Err(CallError::NoReply)))
    }
}
