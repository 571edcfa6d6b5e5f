//! Layer 1: how a thread that drives a future sleeps and is woken. It knows neither jobs nor hosts.

use std::task::Wake;
use std::time::Instant;

use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering, fence};
use crate::sync::thread::{self, Thread};

/// The waker of a driven future.
pub(super) struct Bell {
    owner: Thread,
    /// Set while the owner sleeps, or is about to.
    asleep: AtomicBool,
    /// Set if the driven future has been woken since its last poll.
    woken: AtomicBool,
}

impl Bell {
    /// A bell of the calling thread, whose future is to be polled.
    pub(super) fn new() -> Arc<Bell> {
        Arc::new(Bell {
            owner: thread::current(),
            asleep: AtomicBool::new(false),
            woken: AtomicBool::new(true),
        })
    }

    pub(super) fn is_mine(&self) -> bool {
        thread::current().id() == self.owner.id()
    }

    /// Whether the future is to be polled.
    pub(super) fn is_woken(&self) -> bool {
        self.woken.load(Ordering::SeqCst)
    }

    /// Whether the future is to be polled, which the caller does now if so. What was written before
    /// the wake is then seen.
    pub(super) fn take_woken(&self) -> bool {
        self.woken.load(Ordering::Relaxed) && self.woken.swap(false, Ordering::SeqCst)
    }

    /// Puts the owner to sleep until it is woken, or until `until`, unless the future was woken
    /// or `is_needed` says that there is something else to do. May end without a reason.
    ///
    /// The owner first says that it is asleep and then looks; whoever needs it does what it looks
    /// for first, and then asks whether it is asleep. Between the two steps there is a sequentially
    /// consistent fence on both sides, or a lock that both take. So one of the two sees the other.
    pub(super) fn sleep(&self, until: Option<Instant>, is_needed: impl FnOnce() -> bool) {
        self.asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if !self.is_woken() && !is_needed() {
            match until {
                None => thread::park(),
                Some(until) => {
                    thread::park_timeout(until.saturating_duration_since(Instant::now()));
                }
            }
        }
        self.asleep.store(false, Ordering::SeqCst);
    }

    /// Wakes the owner if it is asleep.
    pub(super) fn ring(&self) {
        if self.asleep.load(Ordering::SeqCst) && self.asleep.swap(false, Ordering::SeqCst) {
            self.owner.unpark();
        }
    }

    /// Wakes the owner, or lets it not fall asleep the next time.
    pub(super) fn rouse(&self) {
        self.owner.unpark();
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        fence(Ordering::SeqCst);
        self.ring();
    }
}
