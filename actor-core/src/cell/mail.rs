//! The mailbox of one actor: the lane behind its lock, and every way in. Knows no handlers.

use super::block::Block;
use super::core::{Core, END, KILL, LEAVE, NOTICE, Pace, STOP, URGENT, WAITING};
use super::cycle;
use super::pending::Pending;
use super::post::{
    AnyMail, Post, Rest, Verbs, WeakPost, announce, contain, drop_unhandled, schedule, throw_away,
    wake_all,
};
use super::queue::{Queue, Refused, Room, Ticket};
use super::seat::{Cell, Notice, Seat};
use crate::actor::{Dispatch, Way};
use crate::life::holding::Holdings;
use crate::sync::atomic::Ordering;
use crate::sync::{Arc, Mutex, MutexGuard};
use event_listener::Event;
use std::task::Waker;

pub(crate) struct Mail<A: Dispatch> {
    pub(crate) core: Core,
    lane: Mutex<Lane<A>>,
}

/// What the one lock of an actor guards.
pub(crate) struct Lane<A: Dispatch> {
    pub(crate) queue: Queue<A::Message>,
    pub(crate) seat: Seat,
    /// What the present life has made through its context.
    pub(crate) holdings: Option<Box<Holdings<A>>>,
}

impl<A: Dispatch> Mail<A> {
    pub(crate) fn new(core: Core) -> Self {
        let lane = Lane { queue: Queue::new(), seat: Seat::default(), holdings: None };
        Mail { core, lane: Mutex::new(lane) }
    }

    pub(crate) fn lane(&self) -> MutexGuard<'_, Lane<A>> {
        self.lane.lock()
    }

    /// Takes the oldest message, and those behind it into the empty `batch`, at most what is left
    /// of the turn; says whether there are signals to be heeded before them. When there is nothing
    /// to take, nothing else to heed and nobody left to bring anything, closes the mailbox, if nothing
    /// else runs.
    pub(crate) fn fetch(
        &self,
        batch: &mut Block<A::Message>,
        is_alone: bool,
    ) -> (Option<A::Message>, bool) {
        let mut lane = self.lane.lock();
        let admitted = self.publish(&mut lane);
        let first = lane.queue.take(batch, self.core.budget());
        // Under the lock: a notice that was posted before a message was accepted is seen here.
        let signalled = self.core.signals() != 0;
        let forsaken = first.is_none() && is_alone && self.is_forsaken(&lane);
        drop(lane);
        wake_all(admitted);
        if forsaken {
            // An address made between the two locks, by `upgrade`, lets it live on.
            self.close_if_forsaken();
        }
        (first, signalled)
    }

    /// Tells senders how many messages were taken, and lets waiting ones in: hands out whom to wake
    /// when the lock is gone.
    #[inline]
    pub(super) fn publish(&self, lane: &mut Lane<A>) -> Option<Vec<Waker>> {
        lane.queue.publish(self.core.taken.load(Ordering::Relaxed));
        self.core.taken.store(0, Ordering::Relaxed);
        if self.core.signals() & WAITING == 0 {
            return None;
        }
        let admitted = lane.queue.admit(self.core.room());
        if !lane.queue.is_waited_for() {
            self.core.lower(WAITING);
        }
        if lane.queue.is_urgent() {
            self.core.raise(URGENT);
        }
        Some(admitted)
    }

    /// Takes the oldest message with priority, if it is `wanted`.
    pub(crate) fn take_urgent(&self, wanted: fn(&A::Message) -> bool) -> Option<A::Message> {
        let mut lane = self.lane.lock();
        let message = lane.queue.take_urgent(Way::of::<A>, wanted);
        let admitted = self.publish(&mut lane);
        if !lane.queue.is_urgent() {
            self.core.lower(URGENT);
        }
        drop(lane);
        wake_all(admitted);
        message
    }

    /// A message of the batch that is out, which needed no room, was taken.
    pub(crate) fn took_free(&self) {
        self.lane.lock().queue.took_free(true);
    }

    /// Makes room for waiting senders between two messages of a batch.
    pub(crate) fn make_room(&self) {
        let admitted = self.publish(&mut self.lane.lock());
        wake_all(admitted);
    }

    fn accept(&self, lane: &mut Lane<A>, message: A::Message, way: Way) {
        if way.priority {
            self.core.raise(URGENT);
        }
        lane.queue.push(message, way);
    }

    fn is_forsaken(&self, lane: &Lane<A>) -> bool {
        !self.core.is_kept()
            && !lane.seat.closed
            && !lane.seat.has_notices()
            && lane.queue.total(self.core.taken.load(Ordering::Relaxed)) == 0
    }

    fn close_if_forsaken(&self) {
        let mut lane = self.lane.lock();
        if self.is_forsaken(&lane) {
            // Nobody waits for room in an empty mailbox, so there is nobody to wake or to drop.
            let changed = self.shut(&mut lane);
            drop(lane);
            announce(changed);
        }
    }

    pub(super) fn shut(&self, lane: &mut Lane<A>) -> Option<Arc<Event>> {
        lane.seat.closed = true;
        self.core.raise(STOP);
        if lane.seat.known().is_some_and(|records| records.overseen.is_some()) {
            // Between two lives it is deaf to a stop, but not to this.
            self.core.raise(NOTICE);
        }
        // Who waits for room now waits for nothing.
        self.core.lower(WAITING);
        lane.seat.changed()
    }

    /// Takes a signal back.
    pub(crate) fn lower(&self, signal: u32) {
        let _lane = self.lane.lock();
        self.core.lower(signal);
    }

    /// Takes the oldest notice, if all messages that were accepted before it have been taken.
    pub(crate) fn take_due_notice(&self) -> Option<Notice> {
        let mut lane = self.lane.lock();
        let position = lane.queue.position(self.core.taken.load(Ordering::Relaxed));
        let notices = &mut lane.seat.records().notices;
        let is_due = notices.front().is_some_and(|(due, _)| *due <= position);
        let notice = if is_due { notices.pop_front() } else { None };
        if notices.is_empty() {
            self.core.lower(NOTICE);
        }
        notice.map(|(_, notice)| notice)
    }

    /// Takes all notices that are for the present life, whatever their place. Those that are for
    /// the actor wait for the next life.
    pub(crate) fn take_notices(&self) -> Vec<Notice> {
        let mut lane = self.lane.lock();
        self.core.lower(NOTICE);
        lane.seat.records().take_notices()
    }

    /// Leaves the notices for later: one that comes from now on raises the signal again.
    pub(crate) fn postpone_notices(&self) {
        let _lane = self.lane.lock();
        self.core.lower(NOTICE);
    }

    /// Looks after what was postponed from now on.
    pub(crate) fn recall_notices(&self) {
        let lane = self.lane.lock();
        if lane.seat.has_notices() {
            self.core.raise(NOTICE);
        }
    }

    /// Puts what is left of a batch back in front of the queue.
    pub(crate) fn put_back(&self, batch: &mut Block<A::Message>) {
        let mut lane = self.lane.lock();
        self.core.taken.store(0, Ordering::Relaxed);
        lane.queue.put_back(batch);
    }

    /// Throws away what is queued: calls hear `Stopped`, sends are reported.
    pub(crate) fn discard(&self) {
        let messages = self.lane.lock().queue.drain();
        for message in messages {
            self.throw_away(message);
        }
    }

    /// Drops one message that will not be handled.
    pub(crate) fn throw_away(&self, message: A::Message) {
        throw_away::<A>(self, message);
    }

    /// Runs user code that must not fail anything: a panic is reported and goes no further.
    pub(crate) fn contain(&self, name: &'static str, run: impl FnOnce()) {
        contain(self, name, run);
    }
}

impl<A: Dispatch> AnyMail for Mail<A> {
    fn core(&self) -> &Core {
        &self.core
    }

    fn with(&self, look: &mut dyn FnMut(&mut Seat, u64)) {
        let mut lane = self.lane.lock();
        let position = lane.queue.accepted();
        look(&mut lane.seat, position);
    }

    fn len(&self) -> usize {
        let lane = self.lane.lock();
        lane.queue.total(self.core.taken.load(Ordering::Relaxed))
    }

    fn close(&self) {
        let mut wake = Vec::new();
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return;
        }
        let changed = self.shut(&mut lane);
        let calls = lane.queue.close(&mut wake);
        let cell = lane.seat.take_idle();
        drop(lane);
        announce(changed);
        for message in calls {
            drop_unhandled(self, "", message);
        }
        wake_all(Some(wake));
        schedule(self, cell);
    }

    fn with_room_wanted(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut Seat)) {
        let mut lane = self.lane.lock();
        let is_wanted = |ticket| !lane.seat.closed && lane.queue.is_waiting(ticket);
        if ticket.is_none_or(is_wanted) {
            look(&mut lane.seat);
        }
    }

    fn lay_back(&self, pending: Option<&Pending>, cell: &mut dyn FnMut() -> Option<Cell>) -> Rest {
        let pace = self.core.pace();
        let mut lane = self.lane.lock();
        let admitted = self.publish(&mut lane);
        let woken = std::mem::take(&mut lane.seat.woken);
        let signals = self.core.signals();
        let more = match pace {
            Pace::Again => true,
            Pace::Busy => woken || signals & KILL != 0,
            Pace::Deaf => signals & (KILL | NOTICE | LEAVE | END) != 0,
            Pace::Idle => {
                lane.queue.len(0) != 0 || signals & !WAITING != 0 || self.is_forsaken(&lane)
            }
            Pace::Sharing => woken || signals & !WAITING != 0 || lane.queue.len(0) != 0,
            Pace::Receiving => woken || signals & !WAITING != 0 || self.has_news(&lane),
        };
        // Nobody can come to wait for this actor unseen: see `cycle`.
        let is_sought = lane.queue.total(0) != 0 || lane.queue.is_waited_for();
        let epoch = lane.seat.publish(pending.filter(|_| !more));
        let rest = if !more {
            lane.seat.busy = pace == Pace::Busy;
            lane.seat.cell = cell();
            if matches!(pace, Pace::Idle | Pace::Receiving) {
                lane.queue.give_back();
            }
            Rest::Laid
        } else if pace == Pace::Busy
            || (matches!(pace, Pace::Receiving | Pace::Sharing) && woken)
            || self.core.budget() == 0
        {
            Rest::Back
        } else {
            Rest::Again
        };
        drop(lane);
        #[cfg(test)]
        if admitted.as_ref().is_some_and(|admitted| !admitted.is_empty()) {
            let point = cycle::steps::Point::LetIn(self.core.number);
            cycle::steps::reached(self.core.hub.id, point);
        }
        wake_all(admitted);
        if let (Some(pending), Some(epoch)) = (pending, epoch)
            && (is_sought || pending.is_asked)
        {
            cycle::look(self, pending, epoch);
        }
        rest
    }

    fn cancel(&self, key: u64) {
        let taken = self.lane.lock().holdings.as_mut().and_then(|held| held.remove(key));
        if let Some(holding) = taken {
            self.contain("", || holding.end(self.core.id()));
        }
    }

    fn task_gone(&self, key: u64) {
        let mut lane = self.lane.lock();
        let Some(holdings) = &mut lane.holdings else { return };
        let taken = holdings.task_gone(key);
        let last = holdings.awaits_tasks && holdings.tasks == 0;
        drop(lane);
        drop(taken);
        if last {
            self.notify(Notice::Look);
        }
    }
}

impl<A: Dispatch> Post<A> for Mail<A> {
    fn push(&self, message: A::Message) -> Result<(), Refused<A::Message>> {
        self.core.reached();
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return Err(Refused::Stopped(message));
        }
        let way = A::way(&message);
        let taken = self.core.taken.load(Ordering::Relaxed);
        if !lane.queue.has_room(way, self.core.room(), taken) {
            return Err(Refused::Full(message));
        }
        self.accept(&mut lane, message, way);
        let cell = lane.seat.take_idle();
        drop(lane);
        schedule(self, cell);
        Ok(())
    }

    fn push_or_wait(
        &self,
        message: A::Message,
        waker: Option<Waker>,
    ) -> Result<Option<Ticket>, A::Message> {
        self.core.reached();
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return Err(message);
        }
        let way = A::way(&message);
        let taken = self.core.taken.load(Ordering::Relaxed);
        if !lane.queue.has_room(way, self.core.room(), taken) {
            self.core.raise(WAITING);
            return Ok(Some(lane.queue.wait(message, way, waker)));
        }
        self.accept(&mut lane, message, way);
        let cell = lane.seat.take_idle();
        drop(lane);
        schedule(self, cell);
        Ok(None)
    }

    fn push_as(
        &self,
        message: A::Message,
        way: Way,
        wait: Option<Option<Waker>>,
    ) -> Result<Option<Ticket>, Refused<A::Message>> {
        self.core.reached();
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return Err(Refused::Stopped(message));
        }
        let taken = self.core.taken.load(Ordering::Relaxed);
        if !lane.queue.has_room(way, self.core.room(), taken) {
            let Some(waker) = wait else { return Err(Refused::Full(message)) };
            self.core.raise(WAITING);
            return Ok(Some(lane.queue.wait(message, way, waker)));
        }
        self.accept(&mut lane, message, way);
        let cell = lane.seat.take_idle();
        drop(lane);
        schedule(self, cell);
        Ok(None)
    }

    fn look(&self, ticket: Ticket, waker: &Waker) -> Room<A::Message> {
        let waker = waker.clone();
        let mut lane = self.lane.lock();
        let closed = lane.seat.closed;
        let (room, old) = lane.queue.look(ticket, closed, waker);
        drop(lane);
        drop(old);
        room
    }

    fn leave(&self, ticket: Ticket) -> Option<A::Message> {
        let left = self.lane.lock().queue.leave(ticket);
        left.map(|(message, _waker)| message)
    }

    fn weak(self: Arc<Self>) -> WeakPost<A> {
        let post: Arc<dyn Post<A>> = self;
        WeakPost::Own(Arc::downgrade(&post))
    }

    fn any(self: Arc<Self>) -> Arc<dyn AnyMail> {
        self
    }
}
