//! Cells of `local` actors: the body stays in a table of its thread, and only its key travels.

use super::body::{Body, Progress, rest};
use crate::cell::current;
use crate::cell::post::AnyMail;
use crate::cell::seat::Cell;
use crate::host::{self, RunCell};
use crate::sync::Arc;
use slab::Slab;
use std::cell::RefCell;
use std::pin::Pin;
use std::thread::{self, ThreadId};

thread_local! {
    /// The bodies of this thread; `None` while one runs.
    static BODIES: RefCell<Slab<Option<Pin<Box<dyn Body>>>>> = const { RefCell::new(Slab::new()) };
}

struct LocalCell {
    mail: Arc<dyn AnyMail>,
    key: usize,
    thread: ThreadId,
}

/// Makes the cell of a local actor.
///
/// # Panics
/// Unless this is inside `block_on` of the actor's own system, which runs on this thread only.
#[track_caller]
pub(crate) fn cell(mail: Arc<dyn AnyMail>, body: Pin<Box<dyn Body>>) -> Cell {
    let hub = &mail.core().hub;
    assert!(
        hub.is_local && hub.host.is_own_thread() && host::is_inside(),
        "`{}` is a local actor: spawn it inside `block_on` of a current-thread system",
        mail.core().settings.name
    );
    let key = BODIES.with_borrow_mut(|bodies| bodies.insert(Some(body)));
    Box::pin(LocalCell { mail, key, thread: thread::current().id() })
}

impl RunCell for LocalCell {
    fn run(self: Pin<Box<Self>>) {
        let mut mail = self.mail.clone();
        mail.core().begin_turn();
        let mut me = self;
        loop {
            let key = me.key;
            let body = BODIES.with_borrow_mut(|bodies| bodies.get_mut(key).and_then(Option::take));
            let Some(mut body) = body else { return };
            let entered = current::enter(mail);
            let mut wait = None;
            let progress = body.as_mut().turn(&mut wait);
            mail = entered.leave();
            if let Progress::Over = progress {
                return;
            }
            BODIES.with_borrow_mut(|bodies| {
                if let Some(place) = bodies.get_mut(key) {
                    *place = Some(body);
                }
            });
            match rest(&*mail, wait.as_ref(), me, |me| me) {
                Some(again) => me = again,
                None => return,
            }
        }
    }

    fn number(&self) -> u64 {
        self.mail.core().number
    }
}

impl Drop for LocalCell {
    fn drop(&mut self) {
        // Elsewhere, and when the thread ends, the table itself drops what is left in it.
        if self.thread == thread::current().id() {
            let gone = BODIES.try_with(|bodies| bodies.borrow_mut().try_remove(self.key));
            drop(gone);
        }
    }
}
