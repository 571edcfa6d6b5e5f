//! The part of a call that knows its answer, but not the message: how it is sent, awaited, withdrawn, and
//! given up when its time is over.

use super::outgoing::AnyOutgoing;
use crate::address::reply::{Reply, waited_for};
use crate::address::reply_receiver::ReplyReceiver;
use crate::cell::deadlock::edge::{ActorKey, WaitGoal};
use crate::cell::deadlock::tracker::WaitTracker;
use crate::cell::header::Header;
use crate::cell::message::AnySlot;
use crate::cell::queue::Ticket;
use crate::cell::system_shared::SystemShared;
use crate::error::{CallError, Cycle};
use crate::sync::Arc;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker, ready};

/// Puts a reply into the slot of a message, and returns what was there.
pub(super) type Exchange<T> = fn(&mut dyn AnySlot, Reply<T>) -> Reply<T>;

/// The wait for an answer.
pub(super) struct Asking<T> {
    /// Puts the reply into the slot of the message.
    exchange: Exchange<T>,
    if_room: bool,
    /// Whether the answer can come from nowhere but the target's own run.
    is_direct: bool,
    is_timed: bool,
    stage: Stage,
    /// There from the first poll on, or from the start if the message has its reply in it already.
    answer: ReplyReceiver<T>,
    /// Under which the message waits for room.
    ticket: Option<Ticket>,
    tracker: WaitTracker,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fresh,
    /// As fresh, but the message has its reply in it already.
    Asked,
    /// The message lies in the mailbox, or waits for room.
    Waiting,
    Over,
}

impl<T: 'static> Asking<T> {
    pub(super) const FRESH: Self =
        Asking::new(<dyn AnySlot>::exchange, Stage::Fresh, true, ReplyReceiver::none());

    /// As fresh; the answer may come from elsewhere than the target.
    pub(super) const INDIRECT: Self =
        Asking::new(<dyn AnySlot>::exchange, Stage::Fresh, false, ReplyReceiver::none());
}

impl<T> Asking<T> {
    /// The message has the reply that leads to `answer` in it.
    pub(super) fn asked(answer: ReplyReceiver<T>) -> Self {
        Asking::new(|_, reply| reply, Stage::Asked, false, answer)
    }

    const fn new(
        exchange: Exchange<T>,
        stage: Stage,
        is_direct: bool,
        answer: ReplyReceiver<T>,
    ) -> Self {
        Asking {
            exchange,
            if_room: false,
            is_direct,
            is_timed: false,
            stage,
            answer,
            ticket: None,
            tracker: WaitTracker::untracked(),
        }
    }

    #[inline]
    pub(super) fn is_fresh(&self) -> bool {
        self.stage == Stage::Fresh
    }

    #[inline]
    pub(super) fn is_waiting(&self) -> bool {
        self.stage == Stage::Waiting
    }

    #[inline]
    pub(super) fn is_only_if_room(&self) -> bool {
        self.if_room
    }

    /// What exchanges the reply in a message.
    pub(super) fn exchange(&self) -> Exchange<T> {
        self.exchange
    }

    pub(super) fn only_if_room(&mut self) {
        self.if_room = true;
    }

    pub(super) fn limit(&mut self) {
        self.is_timed = true;
    }

    /// Moves it on, before it has begun.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(
            self,
            Asking::new(self.exchange, Stage::Over, true, ReplyReceiver::none()),
        )
    }

    /// Puts the reply into the message, whose slot this is.
    pub(super) fn fill(&self, slot: &mut dyn AnySlot, reply: Reply<T>) {
        drop((self.exchange)(slot, reply));
    }

    /// The first poll: makes the reply and puts the message on its way.
    #[inline]
    fn begin(&mut self, outgoing: &mut dyn AnyOutgoing, cx: &Poller<'_>) -> Result<(), CallError> {
        if self.stage == Stage::Fresh {
            let (reply, answer) = waited_for(cx.waker());
            if let Some(slot) = outgoing.slot() {
                self.fill(slot, reply);
            }
            self.answer = answer;
        }
        self.stage = Stage::Over;
        self.ticket = outgoing.deliver(self.if_room)?;
        self.stage = Stage::Waiting;
        Ok(())
    }

    // Inlined where that pays: then it is known whose mailbox it is.
    #[inline]
    pub(super) fn poll(
        &mut self,
        outgoing: &mut dyn AnyOutgoing,
        cx: &mut Poller<'_>,
    ) -> Poll<Result<T, CallError>> {
        let before = self.stage;
        match before {
            Stage::Fresh | Stage::Asked => {
                if let Err(error) = self.begin(outgoing, cx) {
                    return Poll::Ready(Err(error));
                }
            }
            Stage::Waiting => {}
            Stage::Over => panic!("a call was polled after it had given its answer"),
        }
        let mailbox = outgoing.mailbox();
        let header = mailbox.header();
        // The waker of a fresh one went with the message: if the answer is there by now, it has been
        // woken.
        if before != Stage::Fresh {
            let poll = self.look(&header.system, cx);
            if poll.is_ready() {
                return poll;
            }
        }
        if header.is_simulated() {
            mailbox.awaited("an answer of");
        }
        if !self.is_direct {
            self.tracker.note_for_snapshots(ActorKey::of(header), WaitGoal::AnyReply, cx.waker());
            return Poll::Pending;
        }
        let Some(cycle) = self.wait_on(header, cx.waker()) else { return Poll::Pending };
        self.withdraw(outgoing);
        Poll::Ready(Err(CallError::Deadlock(cycle)))
    }

    /// Looks for the answer.
    #[inline]
    fn look(
        &mut self,
        near: &Arc<SystemShared>,
        cx: &mut Poller<'_>,
    ) -> Poll<Result<T, CallError>> {
        // First, since the clone of the waker may be exchanged.
        self.tracker.check_waker(cx.waker(), near);
        let answer = ready!(Pin::new(&mut self.answer).poll(cx));
        self.tracker.retract(near);
        self.stage = Stage::Over;
        Poll::Ready(answer)
    }

    /// There is no answer yet: writes down who waits for whom, or says that the wait would be for ever.
    #[inline]
    fn wait_on(&mut self, target: &Header, waker: &Waker) -> Option<Cycle> {
        let cycle = self.tracker.on_pending(target, WaitGoal::Reply, self.is_timed, waker);
        if cycle.is_none()
            && self.tracker.is_tracked()
            && let Some(head) = self.answer.head()
        {
            head.set_by_handler();
        }
        cycle
    }

    /// Waits no more: what has not been handled by now never will be.
    #[inline(never)]
    pub(super) fn withdraw(&mut self, outgoing: &dyn AnyOutgoing) {
        self.stage = Stage::Over;
        // First, since the clone of the waker goes with the answer.
        self.tracker.retract(&outgoing.mailbox().header().system);
        self.answer.leave();
        if let Some(ticket) = self.ticket {
            outgoing.leave(ticket);
        }
    }

    /// The time is over.
    pub(super) fn expire(&mut self, outgoing: &dyn AnyOutgoing) -> Result<T, CallError> {
        self.tracker.retract(&outgoing.mailbox().header().system);
        if std::mem::replace(&mut self.stage, Stage::Over) != Stage::Waiting {
            return Err(CallError::Timeout { started: false });
        }
        match self.answer.give_up() {
            Ok(answer) => answer,
            Err(started) => {
                let left = self.ticket.is_some_and(|ticket| outgoing.leave(ticket));
                Err(CallError::Timeout { started: started && !left })
            }
        }
    }
}
