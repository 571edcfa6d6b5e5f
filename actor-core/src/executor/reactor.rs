//! The reactor of `async-io`, which keeps the waker of a dropped timer until it has other work. Deadlock
//! detection cannot tell such a waker from one that will be used.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use async_io::Timer;

/// Makes the reactor drop cancelled timers and their wakers, by adding a new one.
pub(crate) fn flush() {
    let mut timer = Timer::after(Duration::from_millis(1));
    let _ = Pin::new(&mut timer).poll(&mut Context::from_waker(Waker::noop()));
}
