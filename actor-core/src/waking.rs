//! Waking and dropping wakers, which may be user code: a panic of a waker ends here.
//!
//! No other file wakes or drops a waker that may be user code; a test checks that.

use crate::panics::contained;
use std::task::Waker;

/// Wakes the task of `waker`.
#[inline]
pub(crate) fn wake(waker: Waker) {
    contained(|| waker.wake());
}

/// Wakes all wakers; a panic of one does not skip the next.
pub(crate) fn wake_each(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(wake);
}

/// Drops a waker.
#[inline]
pub(crate) fn drop_waker(waker: Option<Waker>) {
    if let Some(waker) = waker {
        contained(|| drop(waker));
    }
}
