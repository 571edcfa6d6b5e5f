//! Waiting for an actor's start and end: [`Join`], [`Starting`], [`StopWithin`].

use crate::cell::post::AnyMail;
use crate::event::Listener;
use crate::exit::Exit;
use crate::host::sleep::Sleep;
use crate::sync::Arc;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// The future of [`Addr::join`](crate::Addr::join), which returns the actor's exit.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// let join: actor_core::Join = idle.join();
/// idle.stop();
/// assert_eq!(join.await, Exit::Stopped);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Join {
    /// `None` for an actor that is no longer known.
    mail: Option<Arc<dyn AnyMail>>,
    listener: Option<Listener>,
}

impl Join {
    pub(crate) fn new(mail: Arc<dyn AnyMail>) -> Self {
        Join { mail: Some(mail), listener: None }
    }

    pub(crate) fn unknown() -> Self {
        Join { mail: None, listener: None }
    }
}

impl Future for Join {
    type Output = Exit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Exit> {
        let Some(mail) = self.mail.clone() else { return Poll::Ready(Exit::NoActor) };
        let exit = poll_change(&*mail, &mut self.listener, cx, |seat| seat.exit().cloned());
        match &exit {
            Poll::Ready(exit) => mail.heard(exit),
            Poll::Pending => mail.awaited("the end of"),
        }
        exit
    }
}

impl fmt::Debug for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join").finish_non_exhaustive()
    }
}

/// The future of [`Addr::started`](crate::Addr::started).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// assert_eq!(idle.started().await, Ok(()));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Starting {
    mail: Arc<dyn AnyMail>,
    listener: Option<Listener>,
}

impl Starting {
    pub(crate) fn new(mail: Arc<dyn AnyMail>) -> Self {
        Starting { mail, listener: None }
    }
}

impl Future for Starting {
    type Output = Result<(), Exit>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let mail = self.mail.clone();
        let started = poll_change(&*mail, &mut self.listener, cx, |seat| match seat.exit() {
            _ if seat.started => Some(Ok(())),
            Some(exit) => Some(Err(exit.clone())),
            None => None,
        });
        match &started {
            Poll::Ready(Err(exit)) => mail.heard(exit),
            Poll::Ready(Ok(())) => {}
            Poll::Pending => mail.awaited("the start of"),
        }
        started
    }
}

impl fmt::Debug for Starting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starting").finish_non_exhaustive()
    }
}

/// The future of [`Addr::stop_within`](crate::Addr::stop_within).
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// assert_eq!(idle.stop_within(std::time::Duration::from_secs(1)).await, Exit::Stopped);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct StopWithin {
    mail: Arc<dyn AnyMail>,
    limit: Duration,
    sleep: Option<Sleep>,
    join: Join,
}

impl StopWithin {
    pub(crate) fn new(mail: Arc<dyn AnyMail>, limit: Duration) -> Self {
        StopWithin { join: Join::new(mail.clone()), mail, limit, sleep: None }
    }
}

impl Future for StopWithin {
    type Output = Exit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Exit> {
        let this = &mut *self;
        let sleep = this.sleep.get_or_insert_with(|| {
            this.mail.close();
            Sleep::on(this.mail.core().hub.host.clone(), this.limit)
        });
        if Pin::new(sleep).poll(cx).is_ready() {
            this.mail.kill();
        }
        Pin::new(&mut this.join).poll(cx)
    }
}

impl fmt::Debug for StopWithin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopWithin").finish_non_exhaustive()
    }
}

/// Returns the result of `look`, or waits for a change of the actor's state if there is none.
pub(crate) fn poll_change<T>(
    mail: &dyn AnyMail,
    listener: &mut Option<Listener>,
    cx: &mut Poller<'_>,
    mut look: impl FnMut(&crate::cell::seat::Seat) -> Option<T>,
) -> Poll<T> {
    loop {
        let (mut found, mut changed) = (None, None);
        mail.with(&mut |seat, _| {
            found = look(seat);
            if found.is_none() {
                changed = Some(seat.records().changed.get_or_insert_default().clone());
            }
        });
        if let Some(found) = found {
            *listener = None;
            return Poll::Ready(found);
        }
        match listener {
            Some(waiting) => {
                std::task::ready!(Pin::new(waiting).poll(cx));
                *listener = None;
            }
            // Register the listener, then check again, so that no change is missed.
            None => *listener = changed.map(|changed| changed.listen()),
        }
    }
}
