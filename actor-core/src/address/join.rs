//! Waiting for an actor's start and end: [`Join`], and the futures of `started` and `stop_within`.

use super::state_change::Change;
use crate::cell::deadlock::edge::WaitGoal;
use crate::cell::handle::DynMailbox;
use crate::executor::sleep::Sleep;
use crate::exit::Exit;
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
/// let join: actor_core::address::Join = idle.join();
/// idle.stop();
/// assert_eq!(join.await, Exit::Stopped);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Join {
    /// `None` for an actor that is no longer known.
    end: Option<Change>,
}

impl Join {
    pub(crate) fn new(mailbox: Arc<dyn DynMailbox>) -> Self {
        Join { end: Some(Change::new(mailbox, WaitGoal::Exit)) }
    }

    pub(crate) fn unknown() -> Self {
        Join { end: None }
    }

    /// Sets whether a timer of the wait will kill the actor.
    fn set_forced(&mut self, is_forced: bool) {
        if let Some(end) = &mut self.end {
            end.set_goal(if is_forced { WaitGoal::ExitOrKill } else { WaitGoal::Exit });
        }
    }
}

impl Future for Join {
    type Output = Exit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Exit> {
        let Some(end) = &mut self.end else { return Poll::Ready(Exit::NoActor) };
        let exit = end.poll(cx, |cell| cell.exit().cloned());
        if let Poll::Ready(exit) = &exit {
            end.mailbox().heard(exit);
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
pub(super) struct Start {
    start: Change,
}

impl Start {
    pub(crate) fn new(mailbox: Arc<dyn DynMailbox>) -> Self {
        Start { start: Change::new(mailbox, WaitGoal::Start) }
    }
}

impl Future for Start {
    type Output = Result<(), Exit>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let started = self.start.poll(cx, |cell| match cell.exit() {
            _ if cell.started => Some(Ok(())),
            Some(exit) => Some(Err(exit.clone())),
            None => None,
        });
        if let Poll::Ready(Err(exit)) = &started {
            self.start.mailbox().heard(exit);
        }
        started
    }
}

/// The future of [`Addr::stop_within`](crate::Addr::stop_within).
pub(super) struct StopWithin {
    mailbox: Arc<dyn DynMailbox>,
    limit: Duration,
    sleep: Option<Sleep>,
    join: Join,
}

impl StopWithin {
    pub(crate) fn new(mailbox: Arc<dyn DynMailbox>, limit: Duration) -> Self {
        StopWithin { join: Join::new(mailbox.clone()), mailbox, limit, sleep: None }
    }
}

impl Future for StopWithin {
    type Output = Exit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Exit> {
        let this = &mut *self;
        let sleep = this.sleep.get_or_insert_with(|| {
            this.mailbox.close();
            Sleep::on(this.mailbox.header().system.executor.clone(), this.limit)
        });
        let is_over = Pin::new(&mut *sleep).poll(cx).is_ready();
        this.join.set_forced(!is_over && sleep.ends());
        if is_over {
            this.mailbox.kill();
        }
        Pin::new(&mut this.join).poll(cx)
    }
}
