//! Deadlock detection. A handler that waits for another actor has a wait-for edge, which the calls and
//! sends in its poll add and remove (`edge`). The detector follows the edges of actors that wait, and
//! refuses one wait of each cycle (`detector`). The counted waker with which handlers are polled, in this
//! file, shows that nothing else can wake such an actor. It is a separate `Arc`, created once per cell.

pub(crate) mod detector;
pub(crate) mod edge;
#[cfg(test)]
mod tests;

use crate::cell::handle::DynMailbox;
use crate::cell::mailbox::schedule;
use crate::sync::{Arc, Weak};
use std::task::{Wake, Waker};

/// The strong count of the `Arc` shows what can wake the actor: the cell holds one reference, and
/// each pending wait holds another.
pub(crate) struct HandlerWaker {
    mailbox: Arc<dyn DynMailbox>,
}

/// A cell's own waker.
pub(crate) struct OwnWaker {
    pub(crate) waker: Waker,
    /// The count of clones, until it is stored in the state of the cell.
    count: Option<Weak<HandlerWaker>>,
}

impl OwnWaker {
    pub(crate) fn new(mailbox: Arc<dyn DynMailbox>) -> Self {
        let waker = Arc::new(HandlerWaker { mailbox });
        OwnWaker { count: Some(Arc::downgrade(&waker)), waker: Waker::from(waker) }
    }

    /// Starts to count the clones of the waker. Called when a handler starts to wait for another
    /// actor.
    pub(crate) fn count(&mut self, mailbox: &dyn DynMailbox) {
        if let Some(count) = self.count.take() {
            mailbox.lock().cell.count(count);
        }
    }
}

/// A waker that deadlock detection does not count, for events that may end a wait without making it
/// uncertain, as a kill does: the deadline of a handler, and the leaving of the caller of an
/// `abort` handler.
struct UncountedWaker(Weak<dyn DynMailbox>);

/// Returns a waker for the handler of `actor` that is being polled with `waker`: the single uncounted waker of the
/// actor, which the first call creates, or the own waker of a concurrent handler, whose waits leave no record.
pub(crate) fn uncounted(actor: &Arc<dyn DynMailbox>, waker: &Waker) -> Waker {
    if edge::is_concurrent_waker(waker) {
        return waker.clone();
    }
    if let Some(known) = actor.lock().cell.uncounted_waker().cloned() {
        return known;
    }
    let waker = Waker::from(Arc::new(UncountedWaker(Arc::downgrade(actor))));
    actor.lock().cell.set_uncounted_waker(waker.clone());
    waker
}

impl Wake for UncountedWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(mailbox) = self.0.upgrade() else { return };
        let task = mailbox.lock().cell.take_woken();
        schedule(mailbox.header(), task);
    }
}

impl Wake for HandlerWaker {
    fn wake(self: Arc<Self>) {
        let Some(task) = self.mailbox.lock().cell.take_woken() else { return };
        // This clone is dropped after the wake-up is recorded, so that the detector does not treat
        // the actor as one that cannot be woken. It is dropped before the actor runs, so that it
        // does not count at the actor's next wait.
        if let Some(worker) = self.mailbox.header().system.executor.this_worker() {
            drop(self);
            worker.schedule_actor(task);
        } else {
            let mailbox = self.mailbox.clone();
            drop(self);
            schedule(mailbox.header(), Some(task));
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let task = self.mailbox.lock().cell.take_woken();
        schedule(self.mailbox.header(), task);
    }
}
