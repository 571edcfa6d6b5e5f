//! A window limits the bytes in flight to one node. All actors that send to the node share the window.
//!
//! Invariant: while the lock is free, there is no waiter, or the first waiter does not fit. Each change that can
//! make the first waiter fit ends with [`State::admit`], which takes the credit for the first waiters that fit,
//! and wakes only these waiters. If an admitted waiter leaves, its credit is returned, which admits the next
//! waiters. Therefore no wake-up is lost, and each waiter is woken once.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The maximum number of bytes in flight from one node to another: of messages, and separately of
/// replies.
pub(crate) const PAIR: u64 = 4 << 20;

/// The maximum number of unanswered calls of one node to another.
pub(crate) const CALLS: usize = 65_536;

/// The window of one session. Waiters are admitted in FIFO order.
pub(crate) struct Window {
    state: Mutex<State>,
}

struct State {
    /// The remaining credit. It is negative while more than the window is in flight, because of one
    /// value that is larger than the window, or because of replies that were encoded at the same
    /// time.
    credit: i64,
    /// The number of unanswered calls.
    calls: usize,
    /// The waiters by number, in the order of arrival.
    waiting: BTreeMap<u64, (Want, Waker)>,
    next: u64,
    /// Set while a waiter was admitted by [`Want::Room`], and has not dropped its turn.
    has_turn: bool,
    is_closed: bool,
}

/// The needs of a waiter.
#[derive(Clone, Copy)]
enum Want {
    /// Takes this cost. A cost larger than the window needs the whole window.
    Cost { cost: i64, is_call: bool },
    /// Needs any remaining credit. The cost is not known yet, so these waiters are admitted one at a time.
    Room,
}

impl State {
    fn fits(&self, want: Want) -> bool {
        match want {
            Want::Cost { cost, is_call } => {
                let has_room = self.credit >= cost || self.credit >= PAIR.cast_signed();
                has_room && !(is_call && self.calls >= CALLS)
            }
            Want::Room => self.credit > 0 && !self.has_turn,
        }
    }

    fn take(&mut self, want: Want) {
        match want {
            Want::Cost { cost, is_call } => {
                self.credit -= cost;
                self.calls += usize::from(is_call);
            }
            Want::Room => self.has_turn = true,
        }
    }

    fn put_back(&mut self, want: Want) {
        match want {
            Want::Cost { cost, is_call } => {
                self.add(cost);
                self.calls = self.calls.saturating_sub(usize::from(is_call));
            }
            Want::Room => self.has_turn = false,
        }
    }

    /// Adds credit, up to the size of the window.
    fn add(&mut self, credit: i64) {
        self.credit = self.credit.saturating_add(credit).min(PAIR.cast_signed());
    }

    /// Admits a new waiter if the queue is empty and the waiter fits. New waiters for [`Want::Room`] are not admitted
    /// one at a time.
    fn admit_at_once(&mut self, want: Want) -> Option<Turn<'static>> {
        let fits = match want {
            Want::Cost { .. } => self.fits(want),
            Want::Room => self.credit > 0,
        };
        if !self.waiting.is_empty() || !fits {
            return None;
        }
        if let Want::Cost { .. } = want {
            self.take(want);
        }
        Some(Turn(None))
    }

    /// Admits the first waiters, as long as they fit. The caller wakes them.
    fn admit(&mut self) -> Vec<Waker> {
        let mut admitted = Vec::new();
        while let Some((want, _)) = self.waiting.first_key_value().map(|(_, waiter)| waiter) {
            let want = *want;
            if !self.fits(want) {
                break;
            }
            self.take(want);
            admitted.extend(self.waiting.pop_first().map(|(_, (_, waker))| waker));
        }
        admitted
    }
}

/// The future of a waiter. Completes with a [`Turn`] when the window admits the waiter, or with `None` if the
/// session has ended.
struct Admission<'a> {
    window: &'a Window,
    want: Want,
    /// The number of the waiter, once it is queued.
    number: Option<u64>,
}

/// The admission of a waiter. After [`Want::Room`], the next waiter is admitted when the turn is dropped.
pub(crate) struct Turn<'a>(Option<&'a Window>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(window) = self.0 {
            window.change(|state| state.put_back(Want::Room));
        }
    }
}

impl<'a> Future for Admission<'a> {
    type Output = Option<Turn<'a>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (window, want) = (self.window, self.want);
        let mut state = window.lock();
        if state.is_closed {
            self.number = None;
            return Poll::Ready(None);
        }
        let Some(number) = self.number else {
            if let Some(turn) = state.admit_at_once(want) {
                return Poll::Ready(Some(turn));
            }
            let number = state.next;
            state.next += 1;
            state.waiting.insert(number, (want, cx.waker().clone()));
            self.number = Some(number);
            return Poll::Pending;
        };
        let Some((_, waker)) = state.waiting.get_mut(&number) else {
            self.number = None;
            return Poll::Ready(Some(Turn(matches!(want, Want::Room).then_some(window))));
        };
        let stale = std::mem::replace(waker, cx.waker().clone());
        drop(state);
        drop(stale);
        Poll::Pending
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let want = self.want;
        let left = self.window.change(|state| {
            let waiting = state.waiting.remove(&number);
            if waiting.is_none() {
                // The waiter was admitted, but was not polled again.
                state.put_back(want);
            }
            waiting
        });
        drop(left);
    }
}

impl Window {
    pub(crate) fn new() -> Self {
        Window {
            state: Mutex::new(State {
                credit: PAIR.cast_signed(),
                calls: 0,
                waiting: BTreeMap::new(),
                next: 0,
                has_turn: false,
                is_closed: false,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and admits the waiters that fit now.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        let admitted = state.admit();
        drop(state);
        admitted.into_iter().for_each(Waker::wake);
        result
    }

    fn wait(&self, want: Want) -> Admission<'_> {
        Admission { window: self, want, number: None }
    }

    /// Waits until a message of this cost may be sent, and takes the cost. Returns `false` if the session
    /// has ended.
    ///
    /// A message that is larger than the window waits until no other message is in flight.
    pub(crate) async fn take(&self, cost: u64, is_call: bool) -> bool {
        self.wait(Want::Cost { cost: cost.cast_signed(), is_call }).await.is_some()
    }

    /// Takes the cost of a message if [`take`](Self::take) would not wait. Otherwise, or if the session has
    /// ended, returns `false`.
    pub(crate) fn try_take(&self, cost: u64, is_call: bool) -> bool {
        let mut state = self.lock();
        let want = Want::Cost { cost: cost.cast_signed(), is_call };
        !state.is_closed && state.admit_at_once(want).is_some()
    }

    /// Waits until less than the window is in flight. The caller spends the cost before it drops the turn.
    /// Returns `None` if the session has ended.
    pub(crate) async fn room(&self) -> Option<Turn<'_>> {
        self.wait(Want::Room).await
    }

    /// Returns whether [`room`](Self::room) would not wait.
    pub(crate) fn has_room(&self) -> bool {
        let state = self.lock();
        !state.is_closed && state.waiting.is_empty() && state.credit > 0
    }

    /// Returns the credit up to which values may be sent without [`room`](Self::room).
    pub(crate) fn left(&self) -> u64 {
        let state = self.lock();
        let is_open = !state.is_closed && state.waiting.is_empty();
        if is_open { u64::try_from(state.credit).unwrap_or(0) } else { 0 }
    }

    /// Takes the cost of values for which there was room.
    pub(crate) fn spend(&self, cost: u64) {
        self.lock().credit -= cost.cast_signed();
    }

    /// Returns credit for values that the other node has accepted.
    pub(crate) fn give(&self, cost: u64) {
        if cost > 0 {
            self.change(|state| state.add(i64::try_from(cost).unwrap_or(i64::MAX)));
        }
    }

    /// Counts calls that are answered, or need no answer.
    pub(crate) fn answered(&self, calls: usize) {
        if calls > 0 {
            self.change(|state| state.calls = state.calls.saturating_sub(calls));
        }
    }

    /// Ends all waits, because the session has ended.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut state = self.lock();
            state.is_closed = true;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_values().for_each(|(_, waker)| waker.wake());
    }
}

#[cfg(test)]
mod tests;
