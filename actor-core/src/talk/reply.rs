//! The way back: one slot, one value, once. [`Reply`] is the end that answers, [`Answer`] the end
//! that waits.
//!
//! The head says how far the message has come. It moves only forward, by compare-and-swap:
//! ```text
//! QUEUED --the loop takes it--> STARTED        QUEUED --the caller leaves--> GONE
//! ```
//! So "never handled" is exact: whoever moves it first has decided.

use crate::cell::{current, record};
use crate::error::CallError;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::observe::stamp::Stamp;
use crate::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use crate::sync::{Arc, Mutex};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// The message waits to be handled.
const QUEUED: u8 = 0;
/// Its handler has begun.
const STARTED: u8 = 1;
/// The caller left before that: it will never be handled.
const GONE: u8 = 2;
/// Put into a message by hand, where the loop cannot see it: how far it has come, nobody knows. It
/// stays so.
const UNSEEN: u8 = 3;
/// Its handler has begun, and a simulation loses the answer.
const LOST: u8 = 4;

/// The part of a slot that knows no type.
#[derive(Debug)]
pub struct Head {
    phase: AtomicU8,
    /// Whether a handler waits for the answer.
    is_asked_by_handler: AtomicBool,
}

impl Head {
    /// The loop takes the message; false if the caller has left, and it is to be skipped.
    ///
    /// A reply that was passed on has started already, and is handled all the same.
    pub(crate) fn begin(&self) -> bool {
        self.shift(STARTED) != GONE
    }

    /// The caller leaves; returns whether the handler had begun, as far as is known.
    fn abandon(&self) -> bool {
        matches!(self.shift(GONE), STARTED | UNSEEN | LOST)
    }

    pub(crate) fn is_unseen(&self) -> bool {
        self.phase.load(Ordering::Acquire) == UNSEEN
    }

    /// Whether the caller left before the handler had begun: there is nobody to be told anything.
    pub(crate) fn is_gone(&self) -> bool {
        self.phase.load(Ordering::Acquire) == GONE
    }

    pub(crate) fn has_started(&self) -> bool {
        matches!(self.phase.load(Ordering::Acquire), STARTED | LOST)
    }

    /// Whatever is answered is lost on the way. Only in a simulation.
    pub(crate) fn lose(&self) {
        self.phase.store(LOST, Ordering::Release);
    }

    fn is_lost(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == LOST
    }

    pub(crate) fn is_asked_by_handler(&self) -> bool {
        self.is_asked_by_handler.load(Ordering::Relaxed)
    }

    fn shift(&self, to: u8) -> u8 {
        match self.phase.compare_exchange(QUEUED, to, Ordering::AcqRel, Ordering::Acquire) {
            Ok(before) | Err(before) => before,
        }
    }
}

struct Slot<T> {
    head: Head,
    state: Mutex<State<T>>,
}

struct State<T> {
    answer: Progress<T>,
    /// Wakes whoever waits in `Reply::unwanted`.
    unwanted: Option<Waker>,
}

enum Progress<T> {
    /// Nobody polls yet.
    Open,
    /// The caller waits.
    Waiting(Waker),
    Answered(Result<T, CallError>),
    /// The caller has left, or has its answer.
    Closed,
}

/// The right to answer one call, once.
///
/// A handler with an argument of type `Reply<T>` and no return type answers later: the reply can
/// be stored, moved to another task, or passed on to another actor's call by
/// [`Call::reply_to`](crate::Call::reply_to). Dropped unanswered, it gives the caller
/// [`CallError::NoReply`].
///
/// ```
/// # use actor_core::prelude::*;
/// #[actor]
/// struct Gate {
///     waiting: Vec<Reply<u32>>,
/// }
///
/// #[actor]
/// impl Gate {
///     fn pass(&mut self, reply: Reply<u32>) {
///         self.waiting.push(reply);
///     }
///
///     fn open(&mut self) {
///         for (number, reply) in (1..).zip(self.waiting.drain(..)) {
///             let _ = reply.send(number);
///         }
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let gate = Gate { waiting: vec![] }.spawn();
///     let (number, _) = actor_core::future::zip(gate.pass(), gate.open()).await;
///     assert_eq!(number, Ok(1));
/// });
/// ```
pub struct Reply<T> {
    /// `None` once answered, and from the start for a message that was sent: then there is nobody
    /// to answer.
    slot: Option<Arc<Slot<T>>>,
}

impl<T> Reply<T> {
    /// A reply and the answer it leads to, for tests of handlers as plain Rust.
    ///
    /// ```
    /// # use actor_core::{Reply, CallError};
    /// # actor_core::System::current_thread().block_on(async {
    /// let (reply, answer) = Reply::pair();
    /// reply.send(7).unwrap();
    /// assert_eq!(answer.await, Ok(7));
    /// # });
    /// ```
    pub fn pair() -> (Reply<T>, Answer<T>) {
        // There is no mailbox in between: it counts as being handled.
        slot(STARTED, Progress::Open)
    }

    /// Answers; the value comes back if the caller is gone or nobody ever asked.
    ///
    /// # Errors
    /// The value itself, if nobody waits for it any more.
    pub fn send(mut self, value: T) -> Result<(), T> {
        match self.slot.take() {
            Some(slot) => slot.put(Ok(value)).map_err(|lost| match lost {
                Ok(value) => value,
                Err(_) => unreachable!("what was put in was a value"),
            }),
            None => Err(value),
        }
    }

    /// Whether somebody still waits for the answer.
    pub fn is_wanted(&self) -> bool {
        let Some(slot) = &self.slot else { return false };
        !matches!(slot.state.lock().answer, Progress::Closed)
    }

    /// Waits until nobody wants the answer any more.
    ///
    /// # Cancellation
    /// Dropping the future changes nothing.
    ///
    /// ```
    /// # use actor_core::Reply;
    /// # actor_core::System::current_thread().block_on(async {
    /// let (mut reply, answer) = Reply::<u32>::pair();
    /// drop(answer);
    /// reply.unwanted().await;
    /// assert!(!reply.is_wanted());
    /// # });
    /// ```
    pub fn unwanted(&mut self) -> Unwanted<'_, T> {
        Unwanted { reply: self }
    }

    pub(crate) fn none() -> Self {
        Reply { slot: None }
    }
}

/// The future of [`Reply::unwanted`].
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let (mut reply, answer) = actor_core::Reply::<u8>::pair();
/// drop(answer);
/// reply.unwanted().await;
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Unwanted<'a, T> {
    reply: &'a mut Reply<T>,
}

impl<T> Future for Unwanted<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        let Some(slot) = &self.reply.slot else { return Poll::Ready(()) };
        let waker = cx.waker().clone();
        let mut state = slot.state.lock();
        if matches!(state.answer, Progress::Closed) {
            return Poll::Ready(());
        }
        let old = state.unwanted.replace(waker);
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl<T> fmt::Debug for Unwanted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unwanted").finish_non_exhaustive()
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        // A caller that is gone may not have looked for its answer yet. What is skipped because of it
        // must not read as `Stopped` then.
        if let Some(slot) = self.slot.take()
            && !slot.head.is_gone()
        {
            let error = current::lost_reply(&slot.head);
            current::told(&error);
            let _ = slot.put(Err(error));
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("is_wanted", &self.is_wanted()).finish()
    }
}

impl<T> Slot<T> {
    /// Leaves the answer and wakes the caller; gives it back if nobody waits.
    #[inline]
    fn put(&self, answer: Result<T, CallError>) -> Result<(), Result<T, CallError>> {
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
}

/// The end of a call that waits for its answer.
///
/// # Cancellation
/// Dropping it tells the one who would answer that nobody waits.
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let (reply, answer) = actor_core::Reply::<u8>::pair();
/// drop(reply);
/// assert_eq!(answer.await, Err(actor_core::CallError::NoReply));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Answer<T> {
    /// `None` once the answer has been given.
    slot: Option<Arc<Slot<T>>>,
}

/// A slot whose caller is woken by `waker`, which saves the first poll a lock.
pub(crate) fn waited_for<T>(waker: &Waker) -> (Reply<T>, Answer<T>) {
    let (reply, answer) = slot(QUEUED, Progress::Waiting(waker.clone()));
    if record::is_own_waker(waker) {
        answer.note_handler();
    }
    (reply, answer)
}

/// A reply to be put into a message by hand.
pub(crate) fn unseen<T>() -> (Reply<T>, Answer<T>) {
    slot(UNSEEN, Progress::Open)
}

fn slot<T>(phase: u8, answer: Progress<T>) -> (Reply<T>, Answer<T>) {
    let slot = Arc::new(Slot {
        head: Head { phase: AtomicU8::new(phase), is_asked_by_handler: AtomicBool::new(false) },
        state: Mutex::new(State { answer, unwanted: None }),
    });
    (Reply { slot: Some(slot.clone()) }, Answer { slot: Some(slot) })
}

impl<T> Answer<T> {
    /// It is a handler that waits.
    pub(crate) fn note_handler(&self) {
        if let Some(slot) = &self.slot {
            slot.head.is_asked_by_handler.store(true, Ordering::Relaxed);
        }
    }

    /// Waits no more; returns the answer if it had come, else whether the handler had begun.
    pub(crate) fn give_up(&mut self) -> Result<Result<T, CallError>, bool> {
        let Some(slot) = self.slot.take() else { return Err(true) };
        // Deciding first makes "never handled" exact, whatever happens meanwhile.
        let started = slot.head.abandon();
        match slot.close() {
            Progress::Answered(answer) => Ok(answer),
            _ => Err(started),
        }
    }
}

impl<T> Slot<T> {
    /// Nobody waits any more: tells the one who would answer, hands out what was there.
    fn close(&self) -> Progress<T> {
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
    fn poll(&self, waker: &Waker) -> Poll<Result<T, CallError>> {
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

impl<T> Future for Answer<T> {
    type Output = Result<T, CallError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let slot = self.slot.as_ref().expect("an answer is not polled after it has been given");
        let answer = std::task::ready!(slot.poll(cx.waker()));
        self.slot = None;
        Poll::Ready(answer)
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            slot.head.abandon();
            drop(slot.close());
        }
    }
}

impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

/// Where a message carries its reply: empty when it was sent, filled when it is a call.
///
/// It is tagged with the actor, so that a message enum uses all the actor's type parameters.
pub struct ReplySlot<P: ?Sized, T> {
    reply: Reply<T>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    stamp: Stamp,
    protocol: PhantomData<fn() -> *const P>,
}

/// What the run loop is told of a slot.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// The head of the reply, if somebody waits.
    pub(crate) reply: Option<&'a Head>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) stamp: Option<&'a Stamp>,
}

impl Marks<'_> {
    /// Of a message that has no slot.
    pub(crate) const NONE: Marks<'static> = Marks {
        reply: None,
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        stamp: None,
    };
}

impl<P: ?Sized, T> ReplySlot<P, T> {
    /// A message that nobody waits for.
    pub fn empty() -> Self {
        ReplySlot {
            reply: Reply::none(),
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            stamp: Stamp::default(),
            protocol: PhantomData,
        }
    }

    pub(crate) fn fill(&mut self, reply: Reply<T>) {
        self.reply = reply;
    }

    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) fn stamp(&mut self) -> &mut Stamp {
        &mut self.stamp
    }

    /// What the run loop is told of the message, if somebody waits for instance.
    pub fn head(&self) -> Marks<'_> {
        Marks {
            reply: self.reply.slot.as_deref().map(|slot| &slot.head),
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            stamp: Some(&self.stamp),
        }
    }

    /// Answers with what the handler returned. What nobody takes is looked at by `lost`: an error
    /// that was returned to nobody is reported.
    #[inline]
    pub fn answer(self, value: T, lost: impl FnOnce(&T) -> Option<String>) {
        let mut reply = self.reply;
        let slot = reply.slot.take();
        // It is empty: so nothing need look after it once more.
        std::mem::forget(reply);
        let is_call = slot.is_some();
        let value = match slot {
            Some(slot) => match slot.put(Ok(value)) {
                Err(Ok(value)) => value,
                Ok(()) | Err(Err(_)) => return,
            },
            None => value,
        };
        if let Some(error) = lost(&value) {
            current::report_lost(error, is_call);
        }
    }

    /// Hands the reply to a handler that answers later.
    pub fn into_reply(self) -> Reply<T> {
        self.reply
    }
}

impl<P: ?Sized, T> fmt::Debug for ReplySlot<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplySlot").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Waker, waited_for};

    #[test]
    fn a_message_skipped_while_its_caller_leaves_is_not_told_as_stopped() {
        let (reply, mut answer) = waited_for::<u32>(Waker::noop());
        // The caller has decided to leave, and has not yet looked for an answer.
        let slot = answer.slot.as_ref().expect("nobody has polled it");
        assert!(!slot.head.abandon(), "the handler has not begun");
        // The loop skips the message.
        drop(reply);
        assert!(matches!(answer.give_up(), Err(false)));
    }
}
