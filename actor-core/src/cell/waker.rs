//! The waker that handlers are polled with: an `Arc` of its own, made once a cell.

use super::mail::{AnyMail, Verbs};
use crate::sync::Arc;
use std::task::{Wake, Waker};

struct HandlerWaker {
    mail: Arc<dyn AnyMail>,
}

pub(crate) fn waker(mail: Arc<dyn AnyMail>) -> Waker {
    Waker::from(Arc::new(HandlerWaker { mail }))
}

impl Wake for HandlerWaker {
    fn wake(self: Arc<Self>) {
        self.mail.wake();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.mail.wake();
    }
}
