//! Parking and unparking of a thread that drives a future. It does not depend on jobs or executors.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Wake, Waker};

use crate::clock::Instant;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering, fence};
use crate::sync::thread::{self, Thread};

/// The waker of a driven future.
pub(super) struct Parker {
    owner: Thread,
    /// Set while the owner is parked, or about to park.
    parked: AtomicBool,
    /// Set if the driven future has been woken since its last poll.
    woken: AtomicBool,
}

thread_local! {
    /// The parker of the last [`block_on`] of this thread.
    static SPARE: Cell<Option<Arc<Parker>>> = const { Cell::new(None) };
}

/// Polls `future` on this thread, which parks in between. Works in the destructors of thread-local values too.
pub(crate) fn block_on(mut future: Pin<&mut dyn Future<Output = ()>>) {
    let spare = SPARE.try_with(Cell::take).ok().flatten();
    let parker = spare.unwrap_or_else(Parker::new);
    let waker = Waker::from(parker.clone());
    let mut context = Context::from_waker(&waker);
    parker.woken.store(true, Ordering::Relaxed);
    loop {
        if !parker.take_woken() {
            parker.park(None, || false);
        } else if future.as_mut().poll(&mut context).is_ready() {
            break;
        }
    }
    drop(waker);
    let _ = SPARE.try_with(|spare| spare.set(Some(parker)));
}

impl Parker {
    /// Creates the waker of the calling thread, whose future is to be polled.
    pub(super) fn new() -> Arc<Parker> {
        Arc::new(Parker {
            owner: thread::current(),
            parked: AtomicBool::new(false),
            woken: AtomicBool::new(true),
        })
    }

    pub(super) fn is_owner_thread(&self) -> bool {
        thread::current().id() == self.owner.id()
    }

    /// Returns whether the future is to be polled.
    pub(super) fn is_woken(&self) -> bool {
        self.woken.load(Ordering::SeqCst)
    }

    /// Returns whether the future is to be polled, and resets the flag, because the caller polls
    /// it. Writes before the wake-up are then visible.
    pub(super) fn take_woken(&self) -> bool {
        self.woken.load(Ordering::Relaxed) && self.woken.swap(false, Ordering::SeqCst)
    }

    /// Parks the owner until it is woken, or until `until`, unless the future was woken or
    /// `is_needed` reports other work. May return spuriously.
    ///
    /// The owner first announces that it is parked and then checks for work; a waker first creates
    /// the work and then checks whether the owner is parked. Between these two steps, both sides
    /// execute a sequentially consistent fence, or take the same lock. Therefore, one of the two
    /// sees the other's write.
    pub(super) fn park(&self, until: Option<Instant>, is_needed: impl FnOnce() -> bool) {
        self.parked.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if !self.is_woken() && !is_needed() {
            match until {
                None => thread::park(),
                Some(until) => {
                    thread::park_timeout(until.saturating_duration_since(Instant::now()));
                }
            }
        }
        self.parked.store(false, Ordering::SeqCst);
    }

    /// Unparks the owner if it is parked.
    pub(super) fn unpark_if_parked(&self) {
        if self.parked.load(Ordering::SeqCst) && self.parked.swap(false, Ordering::SeqCst) {
            self.owner.unpark();
        }
    }

    /// Unparks the owner, or prevents its next parking.
    pub(super) fn unpark(&self) {
        self.owner.unpark();
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        fence(Ordering::SeqCst);
        self.unpark_if_parked();
    }
}
