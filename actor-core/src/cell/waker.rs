//! The waker that handlers are polled with: an `Arc` of its own, made once a cell.

use super::post::{AnyMail, Verbs};
use crate::sync::{Arc, Weak};
use std::task::{Wake, Waker};

struct HandlerWaker {
    mail: Arc<dyn AnyMail>,
}

/// A cell's own waker, and how many clones of it there are.
pub(crate) struct OwnWaker {
    pub(crate) waker: Waker,
    count: Weak<HandlerWaker>,
}

impl OwnWaker {
    pub(crate) fn new(mail: Arc<dyn AnyMail>) -> Self {
        let waker = Arc::new(HandlerWaker { mail });
        OwnWaker { count: Arc::downgrade(&waker), waker: Waker::from(waker) }
    }

    /// Whether one wait holds a clone and nobody else: then nothing but that can wake the handler,
    /// since only the owner of a clone can make another.
    pub(crate) fn has_one_clone(&self) -> bool {
        self.count.strong_count() == 2
    }
}

impl Wake for HandlerWaker {
    fn wake(self: Arc<Self>) {
        self.mail.wake();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.mail.wake();
    }
}
