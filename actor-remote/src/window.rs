//! A window: the bytes that may be under way to one node. All actors that send to the node share
//! it.

use event_listener::Event;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of bytes of messages, and separately of replies, that one node may have under way to
/// another.
pub(crate) const PAIR: u64 = 4 << 20;

/// The number of calls of one node to another that may be unanswered.
pub(crate) const CALLS: usize = 65_536;

/// The window of one session. Waiters are admitted in FIFO order.
pub(crate) struct Window {
    state: Mutex<State>,
    changed: Event,
}

struct State {
    /// The remaining credit. It is negative while more than the window is under way, because of one
    /// value that is larger than the window, or because of replies that were encoded at the same
    /// time.
    credit: i64,
    /// The number of unanswered calls.
    calls: usize,
    waiting: VecDeque<u64>,
    next: u64,
    is_closed: bool,
}

/// The place of a waiter. When it is dropped, the next waiter becomes the first.
struct Ticket<'a> {
    window: &'a Window,
    number: u64,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.window.lock().waiting.retain(|number| *number != self.number);
        self.window.changed.notify(usize::MAX);
    }
}

impl Window {
    pub(crate) fn new() -> Self {
        let credit = PAIR.cast_signed();
        let state = State { credit, calls: 0, waiting: VecDeque::new(), next: 0, is_closed: false };
        Window { state: Mutex::new(state), changed: Event::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a message of this cost may be sent, and takes the cost. Returns `false` if the session
    /// has ended.
    ///
    /// A message that is larger than the window waits until no other message is under way.
    pub(crate) async fn take(&self, cost: u64, is_call: bool) -> bool {
        let cost = cost.cast_signed();
        self.first(|state| {
            let has_room = state.credit >= cost || state.credit >= PAIR.cast_signed();
            if !has_room || (is_call && state.calls >= CALLS) {
                return false;
            }
            state.credit -= cost;
            state.calls += usize::from(is_call);
            true
        })
        .await
    }

    /// Waits until less than the window is under way. Returns `false` if the session has ended.
    pub(crate) async fn room(&self) -> bool {
        self.first(|state| state.credit > 0).await
    }

    /// Waits until this waiter is the first and `take` returns `true`.
    async fn first(&self, mut take: impl FnMut(&mut State) -> bool) -> bool {
        let mut ticket: Option<Ticket<'_>> = None;
        loop {
            let listener = self.changed.listen();
            {
                let mut state = self.lock();
                if state.is_closed {
                    drop(state);
                    return false;
                }
                let number = ticket.as_ref().map(|ticket| ticket.number);
                if state.waiting.front().copied() == number && take(&mut state) {
                    drop(state);
                    return true;
                }
                if ticket.is_none() {
                    let number = state.next;
                    state.next += 1;
                    state.waiting.push_back(number);
                    ticket = Some(Ticket { window: self, number });
                    continue;
                }
            }
            listener.await;
        }
    }

    /// Takes the cost of a value for which [`room`](Self::room) has waited.
    pub(crate) fn spend(&self, cost: u64) {
        self.lock().credit -= cost.cast_signed();
    }

    /// Returns credit for values that the other node has accepted. The credit never exceeds the
    /// window.
    pub(crate) fn give(&self, cost: u64) {
        if cost > 0 {
            let mut state = self.lock();
            let credit = state.credit.saturating_add(i64::try_from(cost).unwrap_or(i64::MAX));
            state.credit = credit.min(PAIR.cast_signed());
            drop(state);
            self.changed.notify(usize::MAX);
        }
    }

    /// Counts calls that have their answer, or need none.
    pub(crate) fn answered(&self, calls: usize) {
        if calls > 0 {
            let mut state = self.lock();
            let was_full = state.calls >= CALLS;
            state.calls = state.calls.saturating_sub(calls);
            drop(state);
            if was_full {
                self.changed.notify(usize::MAX);
            }
        }
    }

    /// Ends all waits, because the session has ended.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify(usize::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::{CALLS, PAIR, Window};
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn poll<F: Future<Output = bool>>(future: std::pin::Pin<&mut F>) -> Poll<bool> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn waiters_are_admitted_in_order_and_one_that_leaves_lets_the_next_one_in() {
        let window = Window::new();
        assert_eq!(poll(pin!(window.take(PAIR - 10, false))), Poll::Ready(true));
        let mut small = Box::pin(window.take(5, false));
        {
            let mut large = pin!(window.take(20, false));
            assert_eq!(poll(large.as_mut()), Poll::Pending);
            assert_eq!(poll(small.as_mut()), Poll::Pending, "the large one is first");
        }
        assert_eq!(poll(small.as_mut()), Poll::Ready(true));
        let mut last = pin!(window.take(20, false));
        assert_eq!(poll(last.as_mut()), Poll::Pending);
        window.close();
        assert_eq!(poll(last.as_mut()), Poll::Ready(false));
    }

    #[test]
    fn a_message_larger_than_the_window_waits_until_nothing_is_under_way() {
        let window = Window::new();
        assert_eq!(poll(pin!(window.take(1, false))), Poll::Ready(true));
        let mut large = pin!(window.take(2 * PAIR, false));
        assert_eq!(poll(large.as_mut()), Poll::Pending);
        window.give(1);
        assert_eq!(poll(large.as_mut()), Poll::Ready(true));
        assert_eq!(poll(pin!(window.room())), Poll::Pending);
        window.give(u64::MAX);
        assert_eq!(poll(pin!(window.take(PAIR, false))), Poll::Ready(true));
    }

    #[test]
    fn unanswered_calls_are_limited() {
        let window = Window::new();
        for _ in 0..CALLS {
            assert_eq!(poll(pin!(window.take(1, true))), Poll::Ready(true));
        }
        assert_eq!(poll(pin!(window.take(1, true))), Poll::Pending);
        assert_eq!(poll(pin!(window.take(1, false))), Poll::Ready(true));
        window.answered(1);
        assert_eq!(poll(pin!(window.take(1, true))), Poll::Ready(true));
    }
}
