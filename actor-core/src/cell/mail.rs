//! The mailbox of one actor: the lane behind its lock, and every way in. Knows no handlers.

use super::core::{Core, END, KILL, LEAVE, NOTICE, POKE, Pace, STOP, WAITING};
use super::current;
use super::queue::{Queue, Refused, Room, Ticket};
use super::seat::{Cell, Notice, Seat, Watcher};
use crate::actor::{Dispatch, Protocol};
use crate::exit::Exit;
use crate::host::{Job, Turn};
use crate::incident::Incident;
use crate::life::holding::Holdings;
use crate::sync::atomic::Ordering;
use crate::sync::{Arc, Mutex, MutexGuard, Weak};
use event_listener::Event;
use std::collections::VecDeque;
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

/// How a cell comes to rest.
pub(crate) enum Rest {
    /// It lies in the seat.
    Laid,
    /// There is more to do and budget left: run on.
    Again,
    /// Its turn is over, or it woke itself: to the back of the queue.
    Back,
}

/// A mailbox without the type of its messages.
pub(crate) trait AnyMail: Send + Sync {
    fn core(&self) -> &Core;
    /// Runs `look` under the lock, with the position of what comes now.
    fn with(&self, look: &mut dyn FnMut(&mut Seat, u64));
    fn len(&self) -> usize;
    /// Refuses new messages from now on. Idempotent.
    fn close(&self);
    /// The cell has no more to do just now: `cell` gives it away, if it is to lie in the seat.
    fn lay_back(&self, cell: &mut dyn FnMut() -> Option<Cell>) -> Rest;
    /// Takes away something that the life has made: what has fired but still waits goes with it.
    fn cancel(&self, key: u64);
    /// A task of the life is gone.
    fn task_gone(&self, key: u64);

    /// Drops the actor at its next await or between two messages.
    fn kill(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            if seat.exit().is_none() {
                self.core().raise(KILL);
                cell = seat.cell.take();
            }
        });
        schedule(self, cell);
    }

    /// The last keeper has gone: if the actor idles, it looks whether that is its end.
    fn forsaken(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            if !seat.closed {
                cell = seat.take_idle();
            }
        });
        schedule(self, cell);
    }
}

/// A mailbox that several actors take their messages from.
pub(crate) trait Shared<A: Dispatch>: Post<A> {
    /// Takes the next message for member `number`; if there is none, the member is poked when one
    /// comes.
    fn fetch_for(&self, number: usize) -> Fetched<A::Message>;
}

/// What a member finds.
pub(crate) enum Fetched<M> {
    Message(M),
    Nothing,
    /// There will be nothing any more.
    Over,
}

/// A mailbox for the messages of `P`, whoever's it is.
pub(crate) trait Post<P: ?Sized>: AnyMail {
    fn push(&self, message: P::Message) -> Result<(), Refused<P::Message>>
    where
        P: Protocol;
    /// Pushes, or takes a place among those that wait for room. A call gives no waker: it waits
    /// for its reply, and need not hear that it was let in.
    fn push_or_wait(
        &self,
        message: P::Message,
        waker: Option<Waker>,
    ) -> Result<Option<Ticket>, P::Message>
    where
        P: Protocol;
    fn look(&self, ticket: Ticket, waker: &Waker) -> Room<P::Message>
    where
        P: Protocol;
    fn leave(&self, ticket: Ticket) -> Option<P::Message>
    where
        P: Protocol;
    /// Sets the number of members; false if this is not a pool.
    fn resize(&self, _size: usize) -> bool {
        false
    }
    fn weak(self: Arc<Self>) -> Weak<dyn Post<P>>;
    fn any(self: Arc<Self>) -> Arc<dyn AnyMail>;
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
    /// to take, nothing else to heed and nobody left to bring anything, closes the mailbox.
    pub(crate) fn fetch(&self, batch: &mut VecDeque<A::Message>) -> (Option<A::Message>, bool) {
        let mut wake = Vec::new();
        let mut lane = self.lane.lock();
        self.publish(&mut lane, &mut wake);
        let first = lane.queue.take(batch, self.core.budget());
        // Under the lock: a notice that was posted before a message was accepted is seen here.
        let signalled = self.core.signals() != 0;
        let forsaken = first.is_none() && self.is_forsaken(&lane);
        drop(lane);
        wake.into_iter().for_each(Waker::wake);
        if forsaken {
            // An address made between the two locks, by `upgrade`, lets it live on.
            self.close_if_forsaken();
        }
        (first, signalled)
    }

    /// Tells senders how many messages were taken, and lets waiting ones in.
    pub(super) fn publish(&self, lane: &mut Lane<A>, wake: &mut Vec<Waker>) {
        lane.queue.publish(self.core.taken.load(Ordering::Relaxed));
        self.core.taken.store(0, Ordering::Relaxed);
        if self.core.signals() & WAITING != 0 {
            lane.queue.admit(self.core.capacity, wake);
            if !lane.queue.is_waited_for() {
                self.core.lower(WAITING);
            }
        }
    }

    /// Makes room for waiting senders between two messages of a batch.
    pub(crate) fn make_room(&self) {
        let mut wake = Vec::new();
        self.publish(&mut self.lane.lock(), &mut wake);
        wake.into_iter().for_each(Waker::wake);
    }

    fn is_forsaken(&self, lane: &Lane<A>) -> bool {
        !self.core.is_kept()
            && !lane.seat.closed
            && !lane.seat.has_notices()
            && lane.queue.len(self.core.taken.load(Ordering::Relaxed)) == 0
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
        let notices = &mut lane.seat.records().notices;
        let (keep, take) = std::mem::take(notices)
            .into_iter()
            .partition(|(_, notice)| matches!(notice, Notice::Unlinked(..)));
        *notices = keep;
        let take: VecDeque<(u64, Notice)> = take;
        take.into_iter().map(|(_, notice)| notice).collect()
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
    pub(crate) fn put_back(&self, batch: &mut VecDeque<A::Message>) {
        let mut lane = self.lane.lock();
        self.core.taken.store(0, Ordering::Relaxed);
        lane.queue.put_back(batch);
    }

    /// Throws away what is queued: calls hear `Stopped`, sends are reported.
    pub(crate) fn discard(&self) {
        let messages = self.lane.lock().queue.drain();
        messages.into_iter().for_each(|message| self.throw_away(message));
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

/// Tells all who wait for a change of an actor's state; not under its lock. Returns how many.
pub(crate) fn announce(changed: Option<Arc<Event>>) -> usize {
    changed.map_or(0, |changed| changed.notify(usize::MAX))
}

/// Drops one message that will not be handled: a call hears `Stopped`, a send is reported.
pub(crate) fn throw_away<P: Protocol>(mail: &(impl AnyMail + ?Sized), message: P::Message) {
    let label = P::label(&message);
    let (name, is_call) = (label.name, label.reply.is_some());
    drop_unhandled(mail, name, message);
    if !is_call {
        let (actor, id) = (mail.label(), mail.core().id());
        mail.core().hub.report(Incident::Undelivered { actor, id, message: name });
    }
}

/// Drops a message that was never handled; its reply says so.
fn drop_unhandled<M>(mail: &(impl AnyMail + ?Sized), name: &'static str, message: M) {
    contain(mail, name, || current::unhandled(|| drop(message)));
}

/// Runs user code that must not fail anything: a panic is reported and goes no further.
pub(crate) fn contain(mail: &(impl AnyMail + ?Sized), name: &'static str, run: impl FnOnce()) {
    if let Err(failure) = current::guarded(mail, name, run) {
        mail.core().hub.report(Incident::Swallowed { failure });
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
        lane.queue.len(self.core.taken.load(Ordering::Relaxed))
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
        calls.into_iter().for_each(|message| drop_unhandled(self, "", message));
        wake.into_iter().for_each(Waker::wake);
        schedule(self, cell);
    }

    fn lay_back(&self, cell: &mut dyn FnMut() -> Option<Cell>) -> Rest {
        let mut wake = Vec::new();
        let pace = self.core.pace();
        let mut lane = self.lane.lock();
        self.publish(&mut lane, &mut wake);
        let woken = std::mem::take(&mut lane.seat.woken);
        self.core.tell(pace == Pace::Stuck && !woken && wake.is_empty());
        let signals = self.core.signals();
        let more = match pace {
            Pace::Again => true,
            Pace::Busy => woken || signals & KILL != 0,
            // If nobody was let in just now, it would wait for ever: it is to be told.
            Pace::Stuck => woken || signals & KILL != 0 || wake.is_empty(),
            Pace::Deaf => signals & (KILL | NOTICE | LEAVE | END) != 0,
            Pace::Idle => {
                lane.queue.len(0) != 0 || signals & !WAITING != 0 || self.is_forsaken(&lane)
            }
            Pace::Receiving => woken || signals & !WAITING != 0 || self.has_news(&lane),
        };
        let rest = if !more {
            lane.seat.busy = matches!(pace, Pace::Busy | Pace::Stuck);
            lane.seat.cell = cell();
            if matches!(pace, Pace::Idle | Pace::Receiving) {
                lane.queue.give_back();
            }
            Rest::Laid
        } else if matches!(pace, Pace::Busy | Pace::Stuck)
            || (pace == Pace::Receiving && woken)
            || self.core.budget() == 0
        {
            Rest::Back
        } else {
            Rest::Again
        };
        drop(lane);
        wake.into_iter().for_each(Waker::wake);
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
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return Err(Refused::Stopped(message));
        }
        if !lane.queue.has_room(self.core.capacity, self.core.taken.load(Ordering::Relaxed)) {
            return Err(Refused::Full(message));
        }
        lane.queue.push(message);
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
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return Err(message);
        }
        if !lane.queue.has_room(self.core.capacity, self.core.taken.load(Ordering::Relaxed)) {
            self.core.raise(WAITING);
            return Ok(Some(lane.queue.wait(message, waker)));
        }
        lane.queue.push(message);
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

    fn weak(self: Arc<Self>) -> Weak<dyn Post<A>> {
        let post: Arc<dyn Post<A>> = self;
        Arc::downgrade(&post)
    }

    fn any(self: Arc<Self>) -> Arc<dyn AnyMail> {
        self
    }
}

/// Puts a cell that was taken out of its seat on its way to run.
fn schedule(mail: &(impl AnyMail + ?Sized), cell: Option<Cell>) {
    if let Some(cell) = cell {
        mail.core().hub.host.schedule(Job::Cell(cell), Turn::Next);
    }
}

/// The verbs of the system, which never share the user's queue, bound or types.
pub(crate) trait Verbs: AnyMail {
    /// There may be something in the shared mailbox.
    fn poke(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            self.core().raise(POKE);
            cell = seat.take_idle();
        });
        schedule(self, cell);
    }

    /// Posts in order: handled when all that is accepted by now has been taken.
    fn notify(&self, notice: Notice) {
        let mut cell = None;
        let mut notice = Some(notice);
        self.with(&mut |seat, position| {
            if seat.exit().is_some()
                || matches!((&notice, seat.closed), (Some(Notice::Due(_)), true))
            {
                return;
            }
            let Some(notice) = notice.take() else { return };
            seat.records().notices.push_back((position, notice));
            self.core().raise(NOTICE);
            cell = seat.take_idle();
        });
        schedule(self, cell);
    }

    /// The pending handler can go on.
    fn wake(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| cell = seat.take_woken());
        schedule(self, cell);
    }

    /// A keeper goes.
    fn release(&self) {
        if self.core().unkeep() {
            self.forsaken();
        }
    }

    /// Enters a watcher; if the actor has ended already, gives the exit instead.
    fn watch(&self, watcher: Watcher) -> Option<Exit> {
        let (mut watcher, mut exit) = (Some(watcher), None);
        self.with(&mut |seat, _| {
            exit = seat.exit().cloned();
            if exit.is_none() {
                seat.records().watchers.extend(watcher.take());
            }
        });
        exit
    }

    /// Takes out the watchers that `id` entered for `key`.
    fn unwatch(&self, id: crate::ActorId, key: Option<u64>) {
        let mut gone = Vec::new();
        self.with(&mut |seat, _| {
            if seat.known().is_some() {
                let watchers = &mut seat.records().watchers;
                gone.extend(watchers.extract_if(.., |other| other.id == id && other.key == key));
            }
        });
    }

    /// The name under which it stands in logs, exits and trees: `account#7`.
    fn label(&self) -> String {
        let mut label = None;
        self.with(&mut |seat, _| {
            label = seat
                .known()
                .and_then(|known| known.names.first().or(known.label.as_ref()).cloned());
        });
        match label {
            Some(label) => label.as_ref().to_owned(),
            None => {
                let (name, number) = (self.core().settings.name, self.core().number);
                format!("{}#{number}", name.to_lowercase())
            }
        }
    }
}

impl<M: AnyMail + ?Sized> Verbs for M {}
