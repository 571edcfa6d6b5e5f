//! The waker that handlers are polled with: an `Arc` of its own, made once a cell.

use super::post::{AnyMail, schedule};
use crate::sync::{Arc, Weak};
use std::task::{Wake, Waker};

/// Its strong count says who can wake the actor: the cell has one, each wait that is pending to it
/// another.
pub(crate) struct HandlerWaker {
    mail: Arc<dyn AnyMail>,
}

/// A cell's own waker.
pub(crate) struct OwnWaker {
    pub(crate) waker: Waker,
    /// What counts the clones, until the actor's seat has it.
    count: Option<Weak<HandlerWaker>>,
}

impl OwnWaker {
    pub(crate) fn new(mail: Arc<dyn AnyMail>) -> Self {
        let waker = Arc::new(HandlerWaker { mail });
        OwnWaker { count: Some(Arc::downgrade(&waker)), waker: Waker::from(waker) }
    }

    /// A handler has come to wait for another actor: from now on the clones are counted.
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
        // This clone goes after the wake is noted, so that nobody who counts takes the actor for one
        // that cannot be woken; and before the actor runs, so that it does not count at its next
        // wait.
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
