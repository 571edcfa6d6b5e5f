//! Layer 1: wakers, which may be user code: a panic of one that is woken or dropped here ends here.
//!
//! No other file wakes or drops a waker that may be a user's: a test looks for that.

use crate::panics::contained;
use std::task::Waker;

/// Wakes what `waker` stands for.
#[inline]
pub(crate) fn wake(waker: Waker) {
    contained(|| waker.wake());
}

/// Wakes all; a panic of one does not skip the next.
pub(crate) fn wake_each(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(wake);
}

/// Drops a waker that is not needed.
#[inline]
pub(crate) fn drop_waker(waker: Option<Waker>) {
    if let Some(waker) = waker {
        contained(|| drop(waker));
    }
}
