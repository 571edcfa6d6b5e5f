//! Combinators of futures, so that users need no other dependency for them.
//!
//! ```
//! use actor_core::future::{join_all, race, zip};
//!
//! actor_core::System::current_thread().block_on(async {
//!     assert_eq!(zip(async { 1 }, async { 2 }).await, (1, 2));
//!     assert_eq!(join_all([async { 1 }]).await, [1]);
//!     assert_eq!(race(async { 1 }, async { 1 }).await, 1);
//! });
//! ```

pub use futures_lite::future::{or, race, yield_now, zip};

use crate::panics::{drop_waker, wake};
use crate::sync::{Arc, Mutex};
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};

/// The longest list of which each unfinished future is polled at each wake-up, with the waker of the task.
/// In a longer list, each future has its own waker, and only those that were woken are polled: otherwise,
/// `n` replies that arrive one by one would cost `n * n` polls.
const MAX_SHARED_WAKER: usize = 30;

/// Runs all futures concurrently, and returns their outputs in the order of the futures.
///
/// The futures may be calls to several actors, or to the same one: all of them are sent before the first
/// reply is awaited.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::future::join_all;
///
/// # #[actor] struct Square;
/// # #[actor] impl Square { fn of(&self, n: u32) -> u32 { n * n } }
/// # System::current_thread().block_on(async {
/// let square = Square.spawn();
/// let squares = join_all((1..=3).map(|n| square.of(n))).await;
/// assert_eq!(squares, [Ok(1), Ok(4), Ok(9)]);
/// # });
/// ```
pub fn join_all<I>(futures: I) -> impl Future<Output = Vec<<I::Item as Future>::Output>> + Unpin
where
    I: IntoIterator,
    I::Item: Future,
{
    let parts: Vec<_> = futures.into_iter().map(Part::new).collect();
    let has_own_wakers = parts.len() > MAX_SHARED_WAKER;
    JoinAll::new(parts, has_own_wakers)
}

/// The future of [`join_all`]. For a short list, it must not clone the waker of its task, because deadlock
/// detection ignores a wait while other code holds that waker.
pub(crate) struct JoinAll<F: Future> {
    parts: Vec<Part<F>>,
    unfinished: usize,
    wakers: Option<PartWakers>,
}

pub(crate) enum Part<F: Future> {
    Unfinished(Pin<Box<F>>),
    Finished(F::Output),
}

impl<F: Future> Part<F> {
    pub(crate) fn new(future: F) -> Self {
        Part::Unfinished(Box::pin(future))
    }

    /// Polls the future. Returns whether it has finished now.
    fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        let Part::Unfinished(future) = self else { return false };
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => {
                *self = Part::Finished(output);
                true
            }
            Poll::Pending => false,
        }
    }

    fn output(self) -> Option<F::Output> {
        match self {
            Part::Unfinished(_) => None,
            Part::Finished(output) => Some(output),
        }
    }
}

impl<F: Future> JoinAll<F> {
    pub(crate) fn new(parts: Vec<Part<F>>, has_own_wakers: bool) -> Self {
        let wakers = has_own_wakers.then(|| {
            let mut wakers = PartWakers::new();
            for _ in &parts {
                let index = wakers.add();
                wakers.list(index);
            }
            wakers
        });
        JoinAll { unfinished: parts.len(), parts, wakers }
    }
}

/// The futures are boxed, so moving the list does not move them.
impl<F: Future> Unpin for JoinAll<F> {}

impl<F: Future> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let JoinAll { parts, unfinished, wakers } = &mut *self;
        match wakers {
            None => parts.iter_mut().for_each(|part| *unfinished -= usize::from(part.poll(cx))),
            Some(wakers) => {
                for index in wakers.take(cx.waker()) {
                    let mut own = Context::from_waker(wakers.waker(index));
                    *unfinished -= usize::from(parts[index].poll(&mut own));
                }
            }
        }
        if *unfinished > 0 {
            return Poll::Pending;
        }
        *wakers = None;
        Poll::Ready(mem::take(parts).into_iter().filter_map(Part::output).collect())
    }
}

/// A waker for each of the futures that one task polls, so that a wake-up polls only the future that it concerns.
/// Dropping it drops the clone of the task's waker.
pub(crate) struct PartWakers {
    woken: Arc<WokenParts>,
    wakers: Vec<Waker>,
}

impl PartWakers {
    pub(crate) fn new() -> Self {
        let state = WokenState { indices: Vec::new(), is_listed: Vec::new(), task: None };
        PartWakers { woken: Arc::new(WokenParts(Mutex::new(state))), wakers: Vec::new() }
    }

    /// Adds a waker, and returns its index. The future of that index is not to be polled yet.
    pub(crate) fn add(&mut self) -> usize {
        let index = self.wakers.len();
        self.woken.0.lock().is_listed.push(false);
        self.wakers.push(Waker::from(Arc::new(PartWaker { woken: self.woken.clone(), index })));
        index
    }

    /// Makes the next `take` return the index. Does not wake the task.
    pub(crate) fn list(&self, index: usize) {
        self.woken.0.lock().list(index);
    }

    /// Returns the indices of the futures to poll, and stores the waker of the task.
    pub(crate) fn take(&self, task: &Waker) -> Vec<usize> {
        self.woken.take(task)
    }

    pub(crate) fn waker(&self, index: usize) -> &Waker {
        &self.wakers[index]
    }
}

impl Drop for PartWakers {
    fn drop(&mut self) {
        let task = self.woken.0.lock().task.take();
        drop_waker(task);
    }
}

/// The futures that were woken since their last poll.
///
/// Invariant: outside of `poll`, the list is empty, or the task has been woken. A wake-up adds to the list
/// and takes the waker of the task under one lock; `poll` takes the list and stores the waker under the same
/// lock, and polls afterwards. Therefore, a wake-up either is in the list that is about to be polled, or finds
/// the waker. Wakers are neither cloned, woken nor dropped under the lock.
struct WokenParts(Mutex<WokenState>);

struct WokenState {
    /// In the order of their wake-ups, each at most once.
    indices: Vec<usize>,
    is_listed: Vec<bool>,
    task: Option<Waker>,
}

impl WokenState {
    fn list(&mut self, index: usize) {
        if !mem::replace(&mut self.is_listed[index], true) {
            self.indices.push(index);
        }
    }
}

impl WokenParts {
    /// Takes the list, and stores the waker of the task.
    fn take(&self, task: &Waker) -> Vec<usize> {
        let task = task.clone();
        let mut state = self.0.lock();
        let before = state.task.replace(task);
        let indices = mem::take(&mut state.indices);
        for index in &indices {
            state.is_listed[*index] = false;
        }
        drop(state);
        drop_waker(before);
        indices
    }
}

struct PartWaker {
    woken: Arc<WokenParts>,
    index: usize,
}

impl Wake for PartWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.woken.0.lock();
        state.list(self.index);
        let task = state.task.take();
        drop(state);
        if let Some(task) = task {
            wake(task);
        }
    }
}

#[cfg(all(test, not(actor_loom)))]
mod tests;
