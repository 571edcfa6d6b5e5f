//! Both ends of a call, [`Reply`] and [`ReplyReceiver`], and the slot of a message that contains the first.

use super::observers::{Observers, Outcome};
use super::replies::StreamSlot;
use crate::cell::current;
use crate::cell::deadline::{self, Deadline};
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::cell::message::SendContext;
use crate::cell::message::{self, AnySlot, CallState, MessageInfo};
use crate::clock::Instant;
use crate::error::CallError;
use crate::executor;
use crate::panics::{drop_waker, wake};
use actor_atomic::{Initial, Left, Receiver, Sender, reply_cell};
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// The right to answer one call, once.
///
/// A handler with an argument of type `Reply<T>` and no return type can answer later. The reply can
/// be stored, moved into a task, or forwarded to another actor with
/// [`Call::reply_to`](crate::Call::reply_to). If it is dropped without an answer, the caller gets
/// [`CallError::NoReply`](crate::CallError::NoReply).
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
    /// Detached once the call is answered, and for a message that was sent without a caller.
    cell: Sender<Result<T, CallError>>,
}

impl<T> Reply<T> {
    /// Returns a reply and its receiving end, for unit tests of handlers.
    ///
    /// ```
    /// # use actor_core::{Reply, CallError};
    /// # actor_core::System::current_thread().block_on(async {
    /// let (reply, answer) = Reply::pair();
    /// reply.send(7).unwrap();
    /// assert_eq!(answer.await, Ok(7));
    /// # });
    /// ```
    pub fn pair() -> (Reply<T>, ReplyReceiver<T>) {
        // There is no mailbox in between, so the message counts as started.
        channel(Initial { started: true, ..Initial::default() }, None)
    }

    /// Sends the answer to the caller.
    ///
    /// # Errors
    /// The value, if the caller is gone or the message was sent without a caller.
    pub fn send(mut self, value: T) -> Result<(), T> {
        self.put_with(|| Ok(value), wake).map_err(|lost| match lost {
            Ok(value) => value,
            Err(_) => unreachable!("the lost result is the one that was sent"),
        })
    }

    /// Sends the result of the call, and wakes the caller with `wake`. Returns the result if no
    /// caller waits. The reply is detached afterwards.
    pub(super) fn put(
        &mut self,
        result: Result<T, CallError>,
        wake: impl Fn(Waker),
    ) -> Result<(), Result<T, CallError>> {
        self.put_with(|| result, wake)
    }

    /// Like [`put`](Self::put), but makes the result at the place where it is stored.
    #[inline(always)]
    fn put_with(
        &mut self,
        result: impl FnOnce() -> Result<T, CallError>,
        wake: impl Fn(Waker),
    ) -> Result<(), Result<T, CallError>> {
        if self.state().is_some_and(CallState::has_special_end) {
            return self.put_special(result(), wake);
        }
        let cell = std::mem::replace(&mut self.cell, Sender::detached());
        if let Some(waker) = cell.send(result(), |waker| drop_waker(Some(waker)))? {
            wake(waker);
        }
        Ok(())
    }

    /// Sends the result of a call that is observed. If a fault of the simulation drops the reply,
    /// sends `NoReply` instead.
    #[cold]
    fn put_special(
        &mut self,
        result: Result<T, CallError>,
        wake: impl Fn(Waker),
    ) -> Result<(), Result<T, CallError>> {
        let observers = self.state().and_then(|call| Observers::of(call.attached()));
        let is_lost = self.state().is_some_and(CallState::is_lost);
        let cell = std::mem::replace(&mut self.cell, Sender::detached());
        let (given, kept) =
            if is_lost { (Err(CallError::NoReply), Some(result)) } else { (result, None) };
        let outcome = Outcome::of(&given);
        match cell.send(given, |waker| drop_waker(Some(waker))) {
            Ok(waker) => {
                if let Some(observers) = observers {
                    observers.notify(outcome, &wake);
                }
                if let Some(waker) = waker {
                    wake(waker);
                }
                Ok(())
            }
            // The receiving side has left, and has notified the observers.
            Err(given) => Err(kept.unwrap_or(given)),
        }
    }

    /// Returns the state of the call, or `None` if there is no caller.
    #[inline]
    pub(super) fn state(&self) -> Option<CallState<'_>> {
        self.cell.state().map(CallState::of)
    }

    /// Returns `true` once the caller no longer waits for the answer. Always returns `true` for a
    /// message that was sent without a caller.
    pub fn is_closed(&self) -> bool {
        self.cell.state().is_none_or(|state| state.is_gone())
    }

    /// Polls whether the caller has left. If it has not, `waker` is stored and woken when the
    /// caller leaves.
    pub(crate) fn poll_gone(&mut self, waker: &Waker) -> Poll<()> {
        self.cell.poll_gone(waker, |waker| drop_waker(Some(waker)))
    }

    /// Returns the deadline of the call, on the clock of the actor that took the message. The
    /// caller stops waiting at the deadline. See [`Context::deadline`](crate::Context::deadline).
    ///
    /// ```
    /// # use actor_core::Reply;
    /// let (reply, answer) = Reply::<u32>::pair();
    /// assert_eq!(reply.deadline(), None);
    /// # drop(answer);
    /// ```
    pub fn deadline(&self) -> Option<Instant> {
        deadline::of_note(self.state()?.note()?)
    }

    /// Waits until the caller no longer waits for the answer.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    ///
    /// ```
    /// # use actor_core::Reply;
    /// # actor_core::System::current_thread().block_on(async {
    /// let (mut reply, answer) = Reply::<u32>::pair();
    /// drop(answer);
    /// reply.closed().await;
    /// assert!(reply.is_closed());
    /// # });
    /// ```
    pub fn closed(&mut self) -> impl Future<Output = ()> + use<'_, T> {
        Closed { reply: self }
    }

    /// Answers with the return value of a handler. If the value reaches no caller, `lost` examines
    /// it: an unobserved error is reported.
    #[inline]
    pub(super) fn answer(self, value: T, lost: fn(&T) -> Option<String>) {
        if self.cell.state().is_some() {
            self.answer_call(value, lost);
        } else {
            // A detached reply owns nothing that must be dropped, but the compiler does not see
            // that.
            std::mem::forget(self);
            if let Some(error) = lost(&value) {
                current::report_lost(error, false);
            }
        }
    }

    fn answer_call(mut self, value: T, lost: fn(&T) -> Option<String>) {
        if let Err(Ok(value)) = self.put_with(|| Ok(value), wake)
            && let Some(error) = lost(&value)
        {
            current::report_lost(error, true);
        }
    }

    /// Returns whether there is, or was, a caller.
    pub(crate) fn is_call(&self) -> bool {
        self.state().is_some()
    }

    /// Returns whether the end of the call runs observers.
    pub(crate) fn is_observed(&self) -> bool {
        self.state().is_some_and(CallState::has_special_end)
    }

    /// Returns whether the message of the call has been taken by a handler, or may have been.
    pub(crate) fn is_started(&self) -> bool {
        self.state().is_some_and(|call| call.is_unseen() || call.has_started())
    }

    /// Marks the call as started. Returns `None` if the caller has given up or the deadline has
    /// passed.
    pub(crate) fn begin(self) -> Option<Self> {
        let Some(call) = self.state() else { return Some(self) };
        if call.begin(executor::now) {
            return Some(self);
        }
        if !call.is_gone() {
            let error = current::deadline_error(call, false);
            self.fail(error);
        }
        None
    }

    /// Answers with an error from an actor on another node. That node reports each passed deadline
    /// as an inherited one, although it may be the timeout of the call.
    pub(crate) fn fail(mut self, error: CallError) {
        let error = match (error, self.state()) {
            (CallError::DeadlineExceeded { started }, Some(call)) => {
                current::deadline_error(call, started)
            }
            (error, _) => error,
        };
        if self.put(Err(error.clone()), wake).is_ok() {
            current::told(&error);
        }
    }

    pub(crate) const fn detached() -> Self {
        Reply { cell: Sender::detached() }
    }
}

/// The future of [`Reply::closed`].
struct Closed<'a, T> {
    reply: &'a mut Reply<T>,
}

impl<T> Future for Closed<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<()> {
        self.reply.poll_gone(cx.waker())
    }
}

impl<T> Drop for Closed<'_, T> {
    /// Removes the waker from the reply, because no task waits for it anymore.
    fn drop(&mut self) {
        self.reply.cell.forget_waker(|waker| drop_waker(Some(waker)));
    }
}

impl<T> Reply<T> {
    /// Answers the caller with the reason why there is no reply.
    #[cold]
    #[inline(never)]
    fn abandon(&mut self) {
        // A message skipped because its caller is gone must not be reported as `Stopped`.
        if let Some(call) = self.state()
            && !call.is_gone()
        {
            let error = current::lost_reply(call);
            if self.put(Err(error.clone()), current::wake_lost).is_ok() {
                current::told(&error);
            }
        }
    }
}

impl<T> Drop for Reply<T> {
    #[inline]
    fn drop(&mut self) {
        if self.cell.state().is_some() {
            self.abandon();
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("is_closed", &self.is_closed()).finish()
    }
}

/// Returns both ends of a reply that its creator puts into a message.
pub(crate) fn explicit_channel<T>() -> (Reply<T>, ReplyReceiver<T>) {
    let (reply, answer) = channel(Initial::default(), None);
    if let Some(call) = answer.head() {
        call.set_unseen();
    }
    (reply, answer)
}

/// Creates a reply for a message that is about to be queued, and its receiver with its first waker.
pub(crate) fn queued<T>(
    waker: Option<Waker>,
    deadline: Option<Deadline>,
) -> (Reply<T>, ReplyReceiver<T>) {
    channel(Initial { note: deadline.map(Deadline::note), ..Initial::default() }, waker)
}

fn channel<T>(initial: Initial, waiting: Option<Waker>) -> (Reply<T>, ReplyReceiver<T>) {
    let (sender, receiver) = reply_cell(initial, waiting);
    (Reply { cell: sender }, ReplyReceiver { cell: receiver })
}

/// The receiving end of a call, a future of the reply.
///
/// # Cancellation
/// Dropping the receiver closes the reply: see [`Reply::closed`](crate::Reply::closed).
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let (reply, answer) = actor_core::Reply::<u8>::pair();
/// drop(reply);
/// assert_eq!(answer.await, Err(actor_core::CallError::NoReply));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct ReplyReceiver<T> {
    pub(super) cell: Receiver<Result<T, CallError>>,
}

impl<T> ReplyReceiver<T> {
    /// Creates a receiver whose reply has already been returned.
    pub(super) const fn finished() -> Self {
        ReplyReceiver { cell: Receiver::finished() }
    }

    /// Makes a [`finished`](Self::finished) receiver wait for the answer of a new call, and returns the reply
    /// of that call. `waker` wakes the caller, and `is_handler` says whether the caller is a handler.
    /// `note` contains the deadline of the call.
    #[inline]
    pub(super) fn begin(&mut self, waker: &Waker, is_handler: bool, note: Option<u64>) -> Reply<T> {
        let mark = is_handler.then_some(message::BY_HANDLER);
        let initial = Initial { started: false, mark, note };
        let (sender, receiver) = reply_cell(initial, Some(waker.clone()));
        self.cell = receiver;
        Reply { cell: sender }
    }

    /// Returns the state of the message, or `None` once the reply has been returned.
    pub(super) fn head(&self) -> Option<CallState<'_>> {
        self.cell.state().map(CallState::of)
    }

    /// Stops waiting, as if dropped.
    pub(super) fn leave(&mut self) {
        if let Ok(Err(error)) = self.give_up(None) {
            current::untold(&error);
        }
    }

    /// Stops waiting. Returns the reply if it has arrived, and otherwise whether the handler
    /// had started. Observers are notified of `error`, or that the call was dropped.
    pub(crate) fn give_up(
        &mut self,
        error: Option<fn(bool) -> CallError>,
    ) -> Result<Result<T, CallError>, bool> {
        let is_unseen = self.head().is_some_and(CallState::is_unseen);
        let (left, closed, attached) = self.cell.leave(|waker| drop_waker(Some(waker)));
        if let Some(waker) = closed {
            wake(waker);
        }
        let started = match left {
            Left::Done(Some(result)) => return Ok(result),
            Left::Done(None) => true,
            Left::Gone { started } => started || is_unseen,
        };
        if let Some(attached) = attached {
            Observers::notify_left(attached, started, error);
        }
        Err(started)
    }
}

impl<T> Future for ReplyReceiver<T> {
    type Output = Result<T, CallError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let absent = || Err(CallError::NoReply);
        self.cell.poll_or(cx.waker(), |waker| drop_waker(Some(waker)), absent)
    }
}

impl<T> Drop for ReplyReceiver<T> {
    #[inline]
    fn drop(&mut self) {
        if self.cell.state().is_some() {
            self.leave();
        }
    }
}

impl<T> fmt::Debug for ReplyReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyReceiver").finish_non_exhaustive()
    }
}

/// The reply slot of a message: empty for a send, filled for a call.
pub struct ReplySlot<T> {
    /// The first field: if a reply is not `Send`, the compiler names the type without the path
    /// through the fields of a [`Reply`].
    _reply: PhantomData<T>,
    reply: Reply<T>,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    send_context: SendContext,
}

/// The reply slot of a message of `P`. It is the same type as [`ReplySlot`], but named through `P`,
/// so that a message enum uses all type parameters of its protocol.
pub type ReplySlotOf<P, T> = <P as Slotted<T>>::Slot;

/// The slot of a message of `P` with streaming replies. See [`ReplySlotOf`].
pub type StreamSlotOf<P, T> = <P as Slotted<T>>::StreamSlot;

/// A protocol whose messages have reply slots. See [`ReplySlotOf`].
pub trait Slotted<T> {
    /// `ReplySlot<T>`
    type Slot;
    /// `StreamSlot<T>`
    type StreamSlot;
}

impl<P: ?Sized, T> Slotted<T> for P {
    type Slot = ReplySlot<T>;
    type StreamSlot = StreamSlot<T>;
}

impl<T: 'static> AnySlot for ReplySlot<T> {
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    fn send_context(&mut self) -> &mut SendContext {
        &mut self.send_context
    }

    fn fail(&mut self, error: CallError) {
        self.take().fail(error);
    }
}

impl dyn AnySlot {
    /// Takes the reply out of the message. `None` if it is of another type.
    pub(crate) fn take_reply<T: 'static>(&mut self) -> Option<Reply<T>> {
        let slot: &mut dyn Any = self;
        let slot: &mut ReplySlot<T> = slot.downcast_mut()?;
        Some(slot.take())
    }

    /// Puts the reply into the message, and returns the previous one.
    #[inline]
    pub(super) fn exchange<T: 'static>(&mut self, reply: Reply<T>) -> Reply<T> {
        let slot: &mut dyn Any = self;
        match slot.downcast_mut::<ReplySlot<T>>() {
            Some(slot) => std::mem::replace(&mut slot.reply, reply),
            None => reply,
        }
    }
}

impl<T> ReplySlot<T> {
    /// The slot of a message without a caller. A constant, so that no code runs between the
    /// arguments of a message and the message.
    pub const EMPTY: Self = ReplySlot {
        _reply: PhantomData,
        reply: Reply::detached(),
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        send_context: SendContext::NONE,
    };

    /// Returns the information that the run loop needs of the message `name`, such as whether a caller waits.
    pub fn info(&self, name: &'static str) -> MessageInfo<'_> {
        MessageInfo {
            name,
            reply: self.reply.state(),
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            send_context: Some(&self.send_context),
        }
    }

    /// Polls whether the caller has left. Always returns `false` for a send. If the caller has not
    /// left, `waker` is stored and woken when it leaves.
    pub(super) fn poll_gone(&mut self, waker: &Waker) -> bool {
        self.reply.state().is_some() && self.reply.poll_gone(waker).is_ready()
    }

    /// Returns the reply for a handler that answers later.
    pub fn into_reply(self) -> Reply<T> {
        self.reply
    }

    /// Takes the reply out of a message that leaves the process.
    pub fn take(&mut self) -> Reply<T> {
        std::mem::replace(&mut self.reply, Reply::detached())
    }

    /// Returns the slot of a message that arrives from another process, with the reply of its caller.
    pub fn of(reply: Option<Reply<T>>) -> Self {
        let mut slot = ReplySlot::EMPTY;
        if let Some(reply) = reply {
            slot.reply = reply;
        }
        slot
    }
}

/// Answers with the return value of the handler. If the value reaches no caller, `lost` examines
/// it: an unobserved error is reported.
// A function, so that the value is evaluated before the slot is moved: `lost` is found by a
// reference to the slot.
#[inline]
pub fn answer<T>(value: T, lost: fn(&T) -> Option<String>, slot: ReplySlot<T>) {
    slot.reply.answer(value, lost);
}

impl<T> fmt::Debug for ReplySlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplySlot").finish_non_exhaustive()
    }
}

/// Searches for an error in a return value that reached no caller, by its type rather than its
/// name. Method resolution selects the method that needs the fewest references, which is the most
/// specific one. The result depends only on the reply type and is compiled once for each.
#[derive(Debug)]
pub struct ErrProbe<'a, T>(pub &'a ReplySlot<T>);

/// An error with a `Debug` text.
pub trait ViaDebug {
    /// The reply type.
    type Answer;
    /// Returns the function that extracts the error's text.
    fn describe_err(&self) -> fn(&Self::Answer) -> Option<String>;
}

impl<T, E: fmt::Debug> ViaDebug for &&ErrProbe<'_, Result<T, E>> {
    type Answer = Result<T, E>;
    fn describe_err(&self) -> fn(&Result<T, E>) -> Option<String> {
        |answer| answer.as_ref().err().map(|error| format!("{error:?}"))
    }
}

/// An error without a text: only the name of its type is known.
pub trait ViaName {
    /// The reply type.
    type Answer;
    /// Returns the function that extracts the type's name.
    fn describe_err(&self) -> fn(&Self::Answer) -> Option<String>;
}

impl<T, E> ViaName for &ErrProbe<'_, Result<T, E>> {
    type Answer = Result<T, E>;
    fn describe_err(&self) -> fn(&Result<T, E>) -> Option<String> {
        |answer| answer.as_ref().err().map(|_| std::any::type_name::<E>().to_owned())
    }
}

/// A value that is not an error.
pub trait ViaNone {
    /// The reply type.
    type Answer;
    /// Returns the function that finds no error.
    fn describe_err(&self) -> fn(&Self::Answer) -> Option<String>;
}

impl<T> ViaNone for ErrProbe<'_, T> {
    type Answer = T;
    fn describe_err(&self) -> fn(&T) -> Option<String> {
        no_err
    }
}

/// Finds no error.
pub fn no_err<T>(_: &T) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::{ReplyReceiver, Waker};
    use crate::clock::Instant;

    #[test]
    fn a_message_skipped_because_its_caller_left_is_not_reported_as_stopped() {
        let mut answer = ReplyReceiver::<u32>::finished();
        let reply = answer.begin(Waker::noop(), false, None);
        assert!(matches!(answer.give_up(None), Err(false)), "the handler has not started");
        let call = reply.state().expect("the reply has a cell");
        assert!(!call.begin(Instant::now) && call.is_gone(), "the loop skips the message");
        drop(reply);
    }
}
