//! The part of a call that depends on the type of its answer, but not on the type of its message:
//! how the call is sent, awaited, withdrawn, and ended by its timeout.

use super::AnyOutgoing;
use crate::address::reply::{Reply, ReplyReceiver};
use crate::cell::capacity::Ticket;
use crate::cell::current;
use crate::cell::deadline::{self, CallDeadline};
use crate::cell::deadlock::edge::{self, ActorKey, WaitGoal, WaitTracker};
use crate::cell::header::Header;
use crate::cell::message::AnySlot;
use crate::error::{CallError, Cycle};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// Puts a reply into the slot of a message, and returns the previous one.
pub(super) type Exchange<T> = fn(&mut dyn AnySlot, Reply<T>) -> Reply<T>;

/// The wait for an answer.
pub(super) struct Asking<T> {
    /// Puts the reply into the slot of the message.
    exchange: Exchange<T>,
    if_room: bool,
    /// Whether only the target itself can answer.
    is_direct: bool,
    /// Whether the call is direct and inherits no deadline.
    is_plain: bool,
    inherits: bool,
    /// Whether the call does not inherit the deadline of the handler that makes it.
    ignores_deadline: bool,
    is_timed: bool,
    state: AskState,
    /// Set from the first poll on, or from the start if the message already contains its reply.
    answer: ReplyReceiver<T>,
    /// The ticket under which the message waits for capacity.
    ticket: Option<Ticket>,
    tracker: WaitTracker,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AskState {
    Init,
    /// The message has not been sent yet, but already contains its reply.
    WithReply,
    /// The message is in the mailbox, or waits for capacity.
    Pending,
    Done,
}

impl<T: 'static> Asking<T> {
    pub(super) const FRESH: Self =
        Asking::new(<dyn AnySlot>::exchange, AskState::Init, true, ReplyReceiver::finished());

    /// Like [`FRESH`](Self::FRESH), but an actor other than the target may answer.
    pub(super) const INDIRECT: Self =
        Asking::new(<dyn AnySlot>::exchange, AskState::Init, false, ReplyReceiver::finished());
}

impl<T> Asking<T> {
    /// Creates the wait for a message that already contains the reply; `answer` receives it.
    pub(super) fn asked(answer: ReplyReceiver<T>) -> Self {
        Asking::new(|_, reply| reply, AskState::WithReply, false, answer)
    }

    /// Creates a wait whose reply `exchange` puts into the message. An actor other than the target
    /// may answer.
    pub(super) fn by_exchange(exchange: Exchange<T>) -> Self {
        Asking::new(exchange, AskState::Init, false, ReplyReceiver::finished())
    }

    const fn new(
        exchange: Exchange<T>,
        state: AskState,
        is_direct: bool,
        answer: ReplyReceiver<T>,
    ) -> Self {
        Asking {
            exchange,
            if_room: false,
            is_direct,
            is_plain: is_direct,
            inherits: false,
            ignores_deadline: false,
            is_timed: false,
            state,
            answer,
            ticket: None,
            tracker: WaitTracker::untracked(),
        }
    }

    /// Returns whether the message already contains its reply, and has not been sent.
    pub(super) fn is_asked(&self) -> bool {
        self.state == AskState::WithReply
    }

    #[inline]
    pub(super) fn is_fresh(&self) -> bool {
        self.state == AskState::Init
    }

    /// Returns whether the call is as it was created: not polled, and without settings.
    #[inline]
    pub(super) fn has_no_settings(&self) -> bool {
        self.is_fresh() && !self.if_room && !self.ignores_deadline
    }

    #[inline]
    pub(super) fn is_waiting(&self) -> bool {
        self.state == AskState::Pending
    }

    #[inline]
    pub(super) fn is_only_if_room(&self) -> bool {
        self.if_room
    }

    /// Returns the function that exchanges the reply in a message.
    pub(super) fn exchange(&self) -> Exchange<T> {
        self.exchange
    }

    pub(super) fn only_if_room(&mut self) {
        self.if_room = true;
    }

    pub(super) fn ignore_deadline(&mut self) {
        self.ignores_deadline = true;
    }

    pub(super) fn ignores_deadline(&self) -> bool {
        self.ignores_deadline
    }

    pub(super) fn set_timed(&mut self) {
        self.is_timed = true;
    }

    /// Takes the state of a call that has not been polled, and leaves the state of a finished one.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(
            self,
            Asking::new(self.exchange, AskState::Done, true, ReplyReceiver::finished()),
        )
    }

    /// Puts the reply into `slot`, which is the reply slot of the message.
    pub(super) fn fill(&self, slot: &mut dyn AnySlot, reply: Reply<T>) {
        drop((self.exchange)(slot, reply));
    }

    /// Creates the reply of the call; `waker` is woken by the answer. `note` contains the deadline
    /// of the call.
    #[inline]
    fn prepare(
        &mut self,
        outgoing: &mut dyn AnyOutgoing,
        waker: &Waker,
        is_handler: bool,
        note: Option<u64>,
    ) {
        let reply = self.answer.begin(waker, is_handler, note);
        if let Some(slot) = outgoing.slot() {
            self.fill(slot, reply);
        }
    }

    /// Hands the message to the mailbox. Returns whether a simulation observes it.
    #[inline]
    fn deliver(&mut self, outgoing: &mut dyn AnyOutgoing) -> Result<bool, CallError> {
        self.state = AskState::Done;
        let delivered = outgoing.deliver(self.if_room)?;
        self.ticket = delivered.ticket;
        self.state = AskState::Pending;
        Ok(delivered.is_simulated)
    }

    /// Returns the deadline of the call, if it has one, as a note for the reply cell. Called at the
    /// first poll. Fails if the inherited deadline has already passed.
    #[cold]
    #[inline(never)]
    fn take_deadline(&mut self, outgoing: &dyn AnyOutgoing) -> Result<Option<u64>, CallError> {
        let target = outgoing.mailbox().header();
        match deadline::of_call(&target.system.executor, self.ignores_deadline) {
            CallDeadline::None => Ok(None),
            CallDeadline::Own(note) => Ok(Some(note)),
            CallDeadline::Inherited(note) => {
                self.inherits = true;
                self.is_plain = false;
                Ok(note)
            }
            CallDeadline::Passed => {
                self.state = AskState::Done;
                Err(CallError::DeadlineExceeded { started: false })
            }
        }
    }

    /// Polls for the answer. At the first poll, `note` contains the timeout of the call, unless the
    /// call has none, or the handling of the current input contains it.
    // Inlined, because the type of the mailbox is then known in the usual case.
    #[inline]
    pub(super) fn poll(
        &mut self,
        outgoing: &mut dyn AnyOutgoing,
        mut note: Option<u64>,
        cx: &mut Poller<'_>,
    ) -> Poll<Result<T, CallError>> {
        match self.state {
            AskState::Init => {
                // The reply has the waker before the message is sent: if the answer comes before
                // this function returns, the task is woken.
                let is_handler = edge::is_own_waker(cx.waker());
                if current::handling().has_deadline() {
                    match self.take_deadline(outgoing) {
                        Ok(known) => note = known,
                        Err(error) => return Poll::Ready(Err(error)),
                    }
                }
                self.prepare(outgoing, cx.waker(), is_handler, note);
                match self.deliver(outgoing) {
                    // The usual case: the wait leaves no record.
                    Ok(false) if !is_handler && !self.inherits => return Poll::Pending,
                    Ok(_) => {}
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            state @ (AskState::WithReply | AskState::Pending) => {
                if state == AskState::WithReply {
                    if current::handling().has_deadline()
                        && let Err(error) = self.take_deadline(outgoing)
                    {
                        return Poll::Ready(Err(error));
                    }
                    if let Err(error) = self.deliver(outgoing) {
                        return Poll::Ready(Err(error));
                    }
                }
                let answer = self.look(outgoing, cx);
                if answer.is_ready() {
                    return answer;
                }
            }
            AskState::Done => panic!("a call was polled after it had given its answer"),
        }
        self.keep_waiting(outgoing, cx)
    }

    /// Records the wait for an answer that has not arrived. Returns an error if the inherited
    /// deadline has passed, or the detector has refused the wait.
    #[inline(never)]
    fn keep_waiting(
        &mut self,
        outgoing: &mut dyn AnyOutgoing,
        cx: &Poller<'_>,
    ) -> Poll<Result<T, CallError>> {
        let mailbox = outgoing.mailbox();
        let header = mailbox.header();
        if header.is_simulated() {
            mailbox.awaited("an answer of");
        }
        if !self.is_plain {
            if self.inherits && deadline::has_passed(cx.waker()) {
                let error = |started| CallError::DeadlineExceeded { started };
                return Poll::Ready(self.end(outgoing, error));
            }
            if !self.is_direct {
                let target = ActorKey::of(header);
                self.tracker.note_for_snapshots(target, WaitGoal::AnyReply, cx.waker());
                return Poll::Pending;
            }
        }
        let Some(cycle) = self.record_wait(header, cx.waker()) else { return Poll::Pending };
        self.withdraw(outgoing);
        Poll::Ready(Err(CallError::Deadlock(cycle)))
    }

    /// Polls for the answer.
    #[inline]
    fn look(
        &mut self,
        outgoing: &dyn AnyOutgoing,
        cx: &mut Poller<'_>,
    ) -> Poll<Result<T, CallError>> {
        let is_tracked = self.tracker.is_tracked();
        if is_tracked {
            // First, because the clone of the waker may be replaced.
            self.tracker.check_waker(cx.waker(), &outgoing.mailbox().header().system);
        }
        let answer = Pin::new(&mut self.answer).poll(cx);
        if answer.is_ready() {
            if is_tracked {
                self.tracker.retract(&outgoing.mailbox().header().system);
            }
            self.state = AskState::Done;
        }
        answer
    }

    /// Records the wait for deadlock detection. Returns the cycle if the detector has refused the
    /// wait.
    #[inline]
    fn record_wait(&mut self, target: &Header, waker: &Waker) -> Option<Cycle> {
        let cycle = self.tracker.on_pending(target, WaitGoal::Reply, self.is_timed, waker);
        if cycle.is_none()
            && self.tracker.is_tracked()
            && let Some(head) = self.answer.head()
        {
            head.set_by_handler();
        }
        cycle
    }

    /// Stops waiting. A message that has not been taken yet is never handled.
    #[inline(never)]
    pub(super) fn withdraw(&mut self, outgoing: &dyn AnyOutgoing) {
        self.state = AskState::Done;
        // First, because leaving the answer drops the clone of the waker.
        self.tracker.retract(&outgoing.mailbox().header().system);
        self.answer.leave();
        if let Some(ticket) = self.ticket {
            outgoing.leave(ticket);
        }
    }

    /// Ends the call with [`CallError::Timeout`], because its timeout has elapsed.
    pub(super) fn expire(&mut self, outgoing: &dyn AnyOutgoing) -> Result<T, CallError> {
        self.end(outgoing, |started| CallError::Timeout { started })
    }

    /// Stops waiting, with an error that says whether the handler has started.
    #[cold]
    fn end(
        &mut self,
        outgoing: &dyn AnyOutgoing,
        error: fn(bool) -> CallError,
    ) -> Result<T, CallError> {
        self.tracker.retract(&outgoing.mailbox().header().system);
        if std::mem::replace(&mut self.state, AskState::Done) != AskState::Pending {
            return Err(error(false));
        }
        match self.answer.give_up(Some(error)) {
            Ok(answer) => answer,
            Err(started) => {
                let left = self.ticket.is_some_and(|ticket| outgoing.leave(ticket));
                Err(error(started && !left))
            }
        }
    }
}
