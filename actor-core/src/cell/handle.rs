//! What can be done to a mailbox without knowing its messages, or whose it is; and the verbs of the
//! system, which never share the user's queue, bound or types.

use super::current::{self, Handling};
use super::header::{Core, KILL, NOTICE, POKE};
use super::queue::{Refused, Ticket, Wait};
use super::state::{Cell, Notice, Seat, Watcher};
use crate::ActorId;
use crate::cell::message::{Delivery, Protocol};
use crate::event::Event;
use crate::executor::{Job, Schedule};
use crate::exit::{Exit, Failure};
use crate::incident::{DeadLetter, Incident};
use crate::sync::{Arc, Weak};
use crate::waking;
use std::any::Any;
use std::task::Waker;

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
    /// The same, its type forgotten.
    fn untyped(&self) -> &dyn AnyMail;
    /// Runs `look` under the lock, with the position of what comes now.
    fn with(&self, look: &mut dyn FnMut(&mut Seat, u64));
    /// Lets waiting senders in, as far as there is room, and runs `look` under the same lock; if it says
    /// so, gives the memory of a burst back.
    fn settle(&self, look: &mut dyn FnMut(&mut Seat) -> bool);
    /// Throws away what is queued, of an actor that has been closed: calls get `Stopped`, sends are reported.
    fn discard_queued(&self) {}
    /// Drops a message that lies apart and will not be handled.
    fn drop_apart(&self, place: usize);
    /// Runs `look` under the lock; with a ticket, only if its holder waits for room here. Not if
    /// nobody can be sure to wait for this mailbox's actor.
    fn with_room_wanted(&self, _ticket: Option<Ticket>, _look: &mut dyn FnMut(&mut Seat)) {}

    /// Refuses new messages from now on. Idempotent.
    fn close(&self) {
        self.untyped().close_now();
    }

    /// Drops the actor at its next await or between two messages.
    fn kill(&self) {
        self.untyped().kill_now();
    }

    /// The last keeper has gone: if the actor idles, it looks whether that is its end.
    fn forsaken(&self) {
        self.untyped().look_if_forsaken();
    }
}

/// A mailbox that several actors take their messages from.
pub(crate) trait Shared: AnyMail {
    /// Takes the next message for member `number` into `place`, an `Option` of that; if there is none,
    /// the member is poked when one comes. What may not start, if it is `beside` others, is left to the
    /// other members.
    fn fetch_for(&self, number: usize, beside: bool, place: &mut dyn Any) -> Fetched;

    /// Member `number` turns to something that is not from this mailbox: until it looks here again, it
    /// is not poked, and what it was poked for goes to another.
    fn set_busy(&self, number: usize);
}

/// What a member finds.
pub(crate) enum Fetched {
    Message,
    Nothing,
    /// The next one is not wanted.
    Unwanted,
    /// There will be nothing any more.
    Over,
}

/// A mailbox for the messages of `P`, whoever's it is.
pub(crate) trait Post<P: ?Sized>: AnyMail {
    /// Takes the message out and keeps it, or gives it a place among those that wait for room, with
    /// a ticket; a message that is refused stays where it is. So nothing is copied but once, and not
    /// before the lock is held. `way` is there for a message of a protocol, which comes as the
    /// actor's impl says.
    fn push(
        &self,
        message: &mut Option<P::Message>,
        delivery: Option<Delivery>,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused>
    where
        P: Protocol;
    /// Takes the message of a sender that waits no more, unless it was accepted.
    fn leave(&self, ticket: Ticket) -> Option<P::Message>
    where
        P: Protocol;
    /// Sets the number of members; false if this is not a pool.
    fn resize(&self, _size: usize) -> bool {
        false
    }
    fn weak(self: Arc<Self>) -> WeakPost<P>;
    fn any(self: Arc<Self>) -> Arc<dyn AnyMail>;
}

/// A mailbox that is not kept.
pub(crate) enum WeakPost<P: ?Sized> {
    Own(Weak<dyn Post<P>>),
    /// That of an actor which serves the protocol `P`.
    Adapter(Arc<dyn WeakAdapter<P>>),
}

/// A mailbox that is not kept, seen through a protocol.
pub(crate) trait WeakAdapter<P: ?Sized>: Send + Sync {
    fn upgrade(&self) -> Option<Arc<dyn Post<P>>>;
}

impl<P: ?Sized> WeakPost<P> {
    pub(crate) fn upgrade(&self) -> Option<Arc<dyn Post<P>>> {
        match self {
            WeakPost::Own(post) => post.upgrade(),
            WeakPost::Adapter(post) => post.upgrade(),
        }
    }
}

impl<P: ?Sized> Clone for WeakPost<P> {
    fn clone(&self) -> Self {
        match self {
            WeakPost::Own(post) => WeakPost::Own(post.clone()),
            WeakPost::Adapter(post) => WeakPost::Adapter(post.clone()),
        }
    }
}

/// Tells all who wait for a change of an actor's state; not under its lock. Returns how many.
pub(crate) fn announce(changed: Option<Arc<Event>>) -> usize {
    changed.map_or(0, |changed| changed.notify())
}

/// Wakes senders that were let in; not under the lock.
#[inline]
pub(crate) fn wake_all(admitted: Option<Vec<Waker>>) {
    if let Some(admitted) = admitted {
        wake_each(admitted);
    }
}

#[cold]
fn wake_each(admitted: Vec<Waker>) {
    waking::wake_each(admitted);
}

/// Drops one message that will not be handled: a call hears `Stopped`, a send is reported.
pub(crate) fn throw_away<P: Protocol>(mail: &dyn AnyMail, message: P::Message) {
    let label = P::info(&message);
    let (name, is_call) = (label.name, label.reply.is_some());
    drop_undelivered(mail, name, is_call, &mut Some(message));
}

/// As [`throw_away`], for a message of any type.
pub(crate) fn drop_undelivered(
    mail: &dyn AnyMail,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Parcel,
) {
    discard(mail, name, is_call, message, current::unhandled);
}

/// Drops one message for which there is no room any more: a call hears `Full`, a send is reported.
pub(crate) fn turn_away(
    mail: &dyn AnyMail,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Parcel,
) {
    discard(mail, name, is_call, message, current::turned_away);
}

/// Drops a message `within` what its replies say then. A send is reported, and the hook is passed the
/// message, which is dropped with the incident; users are not told of the library's own messages.
fn discard(
    mail: &dyn AnyMail,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Parcel,
    within: fn(&mut dyn FnMut()),
) {
    let core = mail.core();
    let is_reported = !is_call && !core.settings.is_internal;
    let letter = if is_reported && core.hub.takes_letters() { message.take() } else { None };
    contain(mail, name, &mut || within(&mut || message.clear()));
    if is_reported {
        let (actor, id) = (mail.label(), core.id());
        let letter = DeadLetter::new(letter);
        let mut incident = Some(Incident::Undelivered { actor, id, message: name, letter });
        contain(mail, name, &mut || {
            within(&mut || incident.take().map_or((), |incident| core.hub.report(incident)));
        });
    }
}

/// A message as those see it who only drop it: what becomes of one that is not handled is compiled
/// once, and not with each actor.
pub(crate) trait Parcel {
    /// Drops it, which is user code.
    fn clear(&mut self);
    /// Takes it out.
    fn take(&mut self) -> Option<Box<dyn Any + Send>>;
}

impl<M: Send + 'static> Parcel for Option<M> {
    fn clear(&mut self) {
        *self = None;
    }

    fn take(&mut self) -> Option<Box<dyn Any + Send>> {
        let message = Option::take(self)?;
        Some(Box::new(message))
    }
}

/// Drops a message that was never handled; its reply says so.
pub(super) fn drop_unhandled(mail: &dyn AnyMail, name: &'static str, message: &mut dyn Parcel) {
    contain(mail, name, &mut || current::unhandled(&mut || message.clear()));
}

/// Drops a message that `failure` was about; its reply says so.
pub(crate) fn drop_lost(
    mail: &dyn AnyMail,
    failure: &Failure,
    handling: Handling,
    message: &mut dyn Parcel,
) {
    contain(mail, handling.name, &mut || {
        current::lost_to(failure, handling, &mut || message.clear());
    });
}

/// Runs user code that must not fail anything: a panic is reported and goes no further.
pub(crate) fn contain(mail: &dyn AnyMail, name: &'static str, run: &mut dyn FnMut()) {
    if let Err(payload) = current::catch_each(run) {
        let failure = current::failure(mail, name, payload);
        mail.core().hub.report(Incident::SuppressedPanic { failure });
    }
}

/// As [`contain`], for the actor that this thread runs.
pub(crate) fn contain_own(name: &'static str, run: &mut dyn FnMut()) {
    match current::actor() {
        Some(actor) => contain(&*actor, name, run),
        None => run(),
    }
}

/// Puts a cell that was taken out of its seat on its way to run.
#[inline]
pub(crate) fn schedule(core: &Core, cell: Option<Cell>) {
    if let Some(cell) = cell {
        core.hub.executor.schedule(Job::Actor(cell), Schedule::Next);
    }
}

/// The verbs of the system, which never share the user's queue, bound or types. Compiled once, and not
/// with each actor.
impl dyn AnyMail + '_ {
    fn kill_now(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            if seat.exit().is_none() {
                self.core().raise(KILL);
                cell = seat.cell.take();
            }
        });
        schedule(self.core(), cell);
    }

    fn look_if_forsaken(&self) {
        if let Some(witness) = &self.core().hub.witness {
            witness.forsaken(self.core());
        }
        let mut cell = None;
        self.with(&mut |seat, _| {
            if !seat.closed {
                cell = seat.take_idle();
            }
        });
        schedule(self.core(), cell);
    }

    /// There may be something in the shared mailbox.
    pub(crate) fn poke(&self) {
        let mut cell = None;
        self.with(&mut |seat, _| {
            self.core().raise(POKE);
            cell = seat.take_idle();
        });
        schedule(self.core(), cell);
    }

    /// Posts in order: handled when all that is accepted by now has been taken.
    pub(crate) fn notify(&self, notice: Notice) {
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
        schedule(self.core(), cell);
    }

    /// Whoever runs just now comes to wait for `what` of this actor; a simulation says so when
    /// nothing goes on any more.
    pub(crate) fn awaited(&self, what: &'static str) {
        if let Some(witness) = &self.core().hub.witness {
            witness.waits(self.untyped(), what);
        }
    }

    /// Somebody is told of this actor's end: its failure does not go unheard.
    pub(crate) fn heard(&self, exit: &Exit) {
        if let (Exit::Failed(failure), Some(witness)) = (exit, &self.core().hub.witness) {
            witness.handles(failure);
        }
    }

    /// A keeper goes.
    pub(crate) fn release(&self) {
        if self.core().unkeep() {
            self.forsaken();
        }
    }

    /// Enters a watcher; if the actor has ended already, gives the exit instead.
    pub(crate) fn watch(&self, watcher: Watcher) -> Option<Exit> {
        let (mut watcher, mut exit) = (Some(watcher), None);
        self.with(&mut |seat, _| {
            exit = seat.exit().cloned();
            if exit.is_none()
                && let Some(watcher) = watcher.take()
            {
                seat.watch(watcher);
            }
        });
        if let Some(exit) = &exit {
            self.heard(exit);
        }
        exit
    }

    /// Takes out the watchers that `id` entered for `key`.
    pub(crate) fn unwatch(&self, id: ActorId, key: Option<u64>) {
        let mut gone = Vec::new();
        self.with(&mut |seat, _| {
            if seat.known().is_some() {
                gone = seat.records().watchers.remove(id, key);
            }
        });
    }

    /// The name under which it stands in logs, exits and trees: `account#7`.
    pub(crate) fn label(&self) -> String {
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

/// The verbs of the system, for a mailbox of any type: they are told at `dyn AnyMail`.
pub(crate) trait Verbs: AnyMail {
    fn notify(&self, notice: Notice) {
        self.untyped().notify(notice);
    }

    fn awaited(&self, what: &'static str) {
        self.untyped().awaited(what);
    }

    fn release(&self) {
        if self.core().unkeep() {
            self.forsaken();
        }
    }

    fn watch(&self, watcher: Watcher) -> Option<Exit> {
        self.untyped().watch(watcher)
    }

    fn len(&self) -> usize {
        self.untyped().len()
    }

    fn label(&self) -> String {
        self.untyped().label()
    }
}

impl<M: AnyMail + ?Sized> Verbs for M {}
