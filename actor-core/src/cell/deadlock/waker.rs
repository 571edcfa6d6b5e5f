//! The waker with which handlers are polled: a separate `Arc`, created once per cell.

use crate::cell::handle::{AnyMail, schedule};
use crate::sync::{Arc, Weak};
use std::task::{Wake, Waker};

/// Its strong count shows what can wake the actor: the cell holds one reference, and each wait
/// pending on it another.
pub(crate) struct HandlerWaker {
    mail: Arc<dyn AnyMail>,
}

/// A cell's own waker.
pub(crate) struct OwnWaker {
    pub(crate) waker: Waker,
    /// The count of clones, until it is stored in the actor's seat.
    count: Option<Weak<HandlerWaker>>,
}

impl OwnWaker {
    pub(crate) fn new(mail: Arc<dyn AnyMail>) -> Self {
        let waker = Arc::new(HandlerWaker { mail });
        OwnWaker { count: Some(Arc::downgrade(&waker)), waker: Waker::from(waker) }
    }

    /// A handler has started to wait for another actor: from now on, clones are counted.
    pub(crate) fn count(&mut self, mail: &dyn AnyMail) {
        let Some(count) = self.count.take() else { return };
        let mut count = Some(count);
        mail.with(&mut |seat, _| {
            if let Some(count) = count.take() {
                seat.count(count);
            }
        });
    }
}

impl Wake for HandlerWaker {
    fn wake(self: Arc<Self>) {
        let mut cell = None;
        self.mail.with(&mut |seat, _| cell = seat.take_woken());
        // This clone is dropped after the wake-up is recorded, so that no counter takes the actor
        // for one that cannot be woken; and before the actor runs, so that it does not count at its
        // next wait.
        if cell.is_some() {
            let mail = self.mail.clone();
            drop(self);
            schedule(mail.core(), cell);
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut cell = None;
        self.mail.with(&mut |seat, _| cell = seat.take_woken());
        schedule(self.mail.core(), cell);
    }
}
