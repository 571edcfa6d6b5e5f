//! The way back: one slot, one value, once. `Reply` holds the end that answers, `Answer` the end that
//! waits. No user code runs under its lock.

use super::head::Head;
use crate::error::CallError;
use crate::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

pub(super) struct Slot<T> {
    pub(super) head: Head,
    pub(super) state: Mutex<State<T>>,
}

pub(super) struct State<T> {
    pub(super) answer: Progress<T>,
    /// Wakes whoever waits in `Reply::unwanted`.
    pub(super) unwanted: Option<Waker>,
}

pub(super) enum Progress<T> {
    /// Nobody polls yet.
    Open,
    /// The caller waits.
    Waiting(Waker),
    Answered(Result<T, CallError>),
    /// The caller has left, or has its answer.
    Closed,
}

impl<T> Slot<T> {
    pub(super) fn new(phase: u8, answer: Progress<T>) -> Arc<Self> {
        let state = Mutex::new(State { answer, unwanted: None });
        Arc::new(Slot { head: Head::new(phase), state })
    }

    /// Leaves the answer and wakes the caller; gives it back if nobody waits.
    #[inline]
    pub(super) fn put(&self, answer: Result<T, CallError>) -> Result<(), Result<T, CallError>> {
        let mut state = self.state.lock();
        if matches!(state.answer, Progress::Closed) {
            return Err(answer);
        }
        // What the user answered is dropped when the lock is gone.
        let (answer, lost) = match self.head.is_lost() {
            true => (Err(CallError::NoReply), Some(answer)),
            false => (answer, None),
        };
        let before = std::mem::replace(&mut state.answer, Progress::Answered(answer));
        drop(state);
        drop(lost);
        if let Progress::Waiting(waker) = before {
            waker.wake();
        }
        Ok(())
    }

    /// Nobody waits any more: tells the one who would answer, hands out what was there.
    pub(super) fn close(&self) -> Progress<T> {
        let mut state = self.state.lock();
        let left = std::mem::replace(&mut state.answer, Progress::Closed);
        let unwanted = state.unwanted.take();
        drop(state);
        if let Some(waker) = unwanted {
            waker.wake();
        }
        left
    }

    #[inline]
    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<T, CallError>> {
        let mut state = self.state.lock();
        if let Progress::Answered(_) = state.answer
            && let Progress::Answered(answer) =
                std::mem::replace(&mut state.answer, Progress::Closed)
        {
            return Poll::Ready(answer);
        }
        drop(state);
        self.poll_unanswered(waker)
    }

    #[inline(never)]
    fn poll_unanswered(&self, waker: &Waker) -> Poll<Result<T, CallError>> {
        // Declared first, so that it is dropped last: dropping a waker is foreign code too.
        let mut spare: Option<Waker>;
        let mut state = self.state.lock();
        if let Progress::Waiting(known) = &state.answer
            && known.will_wake(waker)
        {
            return Poll::Pending;
        }
        if let Progress::Open | Progress::Waiting(_) = state.answer {
            // Cloning a waker is foreign code: not under the lock.
            drop(state);
            spare = Some(waker.clone());
            state = self.state.lock();
            if let Progress::Open | Progress::Waiting(_) = state.answer
                && let Some(waker) = spare.take()
            {
                let old = std::mem::replace(&mut state.answer, Progress::Waiting(waker));
                drop(state);
                drop(old);
                return Poll::Pending;
            }
        }
        match std::mem::replace(&mut state.answer, Progress::Closed) {
            Progress::Answered(answer) => Poll::Ready(answer),
            _ => Poll::Ready(Err(CallError::NoReply)),
        }
    }
}
