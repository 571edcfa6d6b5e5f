//! The interfaces of a mailbox: without the type of its messages ([`DynMailbox`]), for the messages of a
//! protocol ([`TypedMailbox`]), shared by the members of a pool ([`SharedQueue`]); and how messages that
//! are not handled are discarded. The control operations on [`DynMailbox`] are in `control`.

use super::capacity::{OnFull, PushError, Ticket};
use super::current::{self, CurrentMessage};
use super::header::Header;
use super::queue::{AnyQueue, MailboxState};
use super::state::CellTask;
use crate::cell::message::{Delivery, Protocol};
use crate::exit::Failure;
use crate::incident::{DeadLetter, Incident};
use crate::sync::{Arc, MutexGuard, Weak};
use std::any::Any;

/// The result of parking a task.
pub(crate) enum ParkResult {
    /// The task is parked in its mailbox.
    Parked,
    /// There is more to do, and budget left.
    RunAgain,
    /// The turn is over, or the task woke itself: it goes to the back of the run queue.
    Requeue,
}

/// The locked state of a mailbox, without the type of its messages.
pub(crate) type Locked<'a> = MutexGuard<'a, MailboxState<dyn AnyQueue>>;

/// A mailbox without the type of its messages.
pub(crate) trait DynMailbox: Send + Sync {
    fn header(&self) -> &Header;
    /// Returns the same mailbox, type-erased.
    fn untyped(&self) -> &dyn DynMailbox;
    /// Locks the state. No user code may run while it is locked.
    fn lock(&self) -> Locked<'_>;
    /// Parks the task if it waits for messages and there is nothing to do, which is the usual case. `task`
    /// then returns the task. Otherwise returns `false` without calling `task`: see
    /// [`park`](DynMailbox#method.park).
    fn park_idle(&self, _task: &mut dyn FnMut() -> Option<CellTask>) -> bool {
        false
    }
    /// Returns whether a single actor takes the messages, so that a wait for the mailbox ends only
    /// when that actor runs.
    fn has_one_taker(&self) -> bool {
        false
    }
    /// Discards the queued messages of a closed actor: calls get `Stopped`, sends are reported.
    fn discard_queued(&self) {}
    /// Drops a message of a side queue that will not be handled.
    fn drop_side_message(&self, place: usize);

    /// Makes the mailbox refuse new messages. Idempotent.
    fn close(&self) {
        self.untyped().close_now();
    }

    /// Ends the actor at its next await or between two messages.
    fn kill(&self) {
        self.untyped().kill_now();
    }

    /// Called when the strong count drops to zero. Runs an idle actor, which ends if it has nothing
    /// to do.
    fn on_unreferenced(&self) {
        self.untyped().run_if_unreferenced();
    }
}

/// A mailbox that several actors take their messages from.
pub(crate) trait SharedQueue: DynMailbox {
    /// Takes the next message for member `number` into `place`, an `Option` of the message. If
    /// there is none, the member is woken when one arrives. With `beside`, handlers of the member
    /// are running, and a message that may not overlap with them is left to other members.
    fn pop_for(&self, number: usize, beside: bool, place: &mut dyn Any) -> Popped;

    /// Marks member `number` as busy with an input of its own. Until the member checks this mailbox
    /// again, it is not woken, and a message for which it was woken goes to another member.
    fn set_busy(&self, number: usize);
}

/// The result of [`SharedQueue::pop_for`].
pub(crate) enum Popped {
    Message,
    Empty,
    /// The next message may not start alongside the running handlers.
    NotWanted,
    /// No more messages will arrive.
    Closed,
}

/// A mailbox that accepts the messages of `P`. It belongs to an actor, a pool, an adapter or a
/// proxy.
pub(crate) trait TypedMailbox<P: ?Sized>: DynMailbox {
    /// Takes the message out of `message` and queues it, or adds it to the waiting messages and
    /// returns a ticket. A rejected message stays in `message`. The message is therefore moved only
    /// once, and only under the lock. `delivery` is given for a message of a protocol, for which
    /// the actor's impl decides.
    fn push(
        &self,
        message: &mut Option<P::Message>,
        delivery: Option<Delivery>,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError>
    where
        P: Protocol;
    /// Takes the message of a sender that stops waiting, unless the message was accepted.
    fn leave(&self, ticket: Ticket) -> Option<P::Message>
    where
        P: Protocol;
    /// Sets the number of members. Returns `false` if this is not a pool.
    fn resize(&self, _size: usize) -> bool {
        false
    }
    fn weak(self: Arc<Self>) -> WeakMailbox<P>;
    fn any(self: Arc<Self>) -> Arc<dyn DynMailbox>;
}

/// A weak reference to a mailbox.
pub(crate) enum WeakMailbox<P: ?Sized> {
    Own(Weak<dyn TypedMailbox<P>>),
    /// The mailbox of an actor that implements the protocol `P`.
    Adapter(Arc<dyn WeakAdapter<P>>),
}

/// A weak reference to a mailbox that is seen through a protocol.
pub(crate) trait WeakAdapter<P: ?Sized>: Send + Sync {
    fn upgrade(&self) -> Option<Arc<dyn TypedMailbox<P>>>;
}

impl<P: ?Sized> WeakMailbox<P> {
    pub(crate) fn upgrade(&self) -> Option<Arc<dyn TypedMailbox<P>>> {
        match self {
            WeakMailbox::Own(mailbox) => mailbox.upgrade(),
            WeakMailbox::Adapter(mailbox) => mailbox.upgrade(),
        }
    }
}

impl<P: ?Sized> Clone for WeakMailbox<P> {
    fn clone(&self) -> Self {
        match self {
            WeakMailbox::Own(mailbox) => WeakMailbox::Own(mailbox.clone()),
            WeakMailbox::Adapter(mailbox) => WeakMailbox::Adapter(mailbox.clone()),
        }
    }
}

/// Drops one message that will not be handled: a call gets `Stopped`, a send is reported.
pub(crate) fn discard_message<P: Protocol>(mailbox: &dyn DynMailbox, message: P::Message) {
    let label = P::info(&message);
    let (name, is_call) = (label.name, label.reply.is_some());
    drop_undelivered(mailbox, name, is_call, &mut Some(message));
}

/// Like [`discard_message`], for a message of any type.
pub(crate) fn drop_undelivered(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Discardable,
) {
    discard(mailbox, name, is_call, message, current::unhandled);
}

/// Drops one message whose caller has left, or whose deadline has passed. In the latter case, the
/// call gets that error.
pub(crate) fn discard_expired(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    message: &mut dyn Discardable,
) {
    discard(mailbox, name, true, message, current::expired);
}

/// Drops one message for which there is no capacity: a call gets `Full`, a send is reported.
pub(crate) fn reject_full(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Discardable,
) {
    discard(mailbox, name, is_call, message, current::rejected_full);
}

/// Drops a message inside `within`, which determines the error that its replies report. A send is
/// reported to the incident hook first, so code that the drop notifies finds it counted. The hook
/// gets the message, which is dropped with the incident. The library's own messages are not
/// reported.
fn discard(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    is_call: bool,
    message: &mut dyn Discardable,
    within: fn(&mut dyn FnMut()),
) {
    let header = mailbox.header();
    let is_reported = !is_call && !header.settings.is_internal;
    let letter = if is_reported && header.system.takes_letters() { message.take() } else { None };
    if is_reported {
        let (actor, id) = (mailbox.label(), header.id());
        let letter = DeadLetter::new(letter);
        let mut incident = Some(Incident::Undelivered { actor, id, message: name, letter });
        catch_and_report(mailbox, name, &mut || {
            within(&mut || incident.take().map_or((), |incident| header.system.report(incident)));
        });
    }
    catch_and_report(mailbox, name, &mut || within(&mut || message.clear()));
}

/// A type-erased message that is only dropped, so that discarding one is not monomorphized per actor.
pub(crate) trait Discardable {
    /// Drops the message, which is user code.
    fn clear(&mut self);
    /// Takes the message out of its slot.
    fn take(&mut self) -> Option<Box<dyn Any + Send>>;
}

impl<M: Send + 'static> Discardable for Option<M> {
    fn clear(&mut self) {
        *self = None;
    }

    fn take(&mut self) -> Option<Box<dyn Any + Send>> {
        let message = Option::take(self)?;
        Some(Box::new(message))
    }
}

/// Drops a message that was never handled. Its reply reports this.
pub(super) fn discard_unreported(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    message: &mut dyn Discardable,
) {
    catch_and_report(mailbox, name, &mut || current::unhandled(&mut || message.clear()));
}

/// Drops a message that `failure` concerns. Its reply reports the failure.
pub(crate) fn discard_after_panic(
    mailbox: &dyn DynMailbox,
    failure: &Failure,
    handling: CurrentMessage,
    message: &mut dyn Discardable,
) {
    catch_and_report(mailbox, handling.name, &mut || {
        current::dropped_by_panic(failure, handling, &mut || message.clear());
    });
}

/// Runs user code whose panic must not fail anything: the panic is reported and goes no further.
pub(crate) fn catch_and_report(
    mailbox: &dyn DynMailbox,
    name: &'static str,
    run: &mut dyn FnMut(),
) {
    if let Err(payload) = current::catch_dyn(run) {
        let failure = current::failure(mailbox, name, payload);
        mailbox.header().system.report(Incident::SuppressedPanic { failure });
    }
}

/// Like [`catch_and_report`], for the actor that this thread runs.
pub(crate) fn catch_and_report_current(name: &'static str, run: &mut dyn FnMut()) {
    match current::actor() {
        Some(actor) => catch_and_report(&*actor, name, run),
        None => run(),
    }
}
