//! Waiting for an actor's start and end: [`Join`], the futures of `started` and `stop_within`, and the
//! wait for a change of state, [`Change`], on which they are built.

use crate::cell::deadlock::edge::{WaitGoal, WaitTracker};
use crate::cell::handle::DynMailbox;
use crate::cell::queue::{AnyQueue, MailboxState};
use crate::cell::state::CellState;
use crate::error::Cycle;
use crate::event::{Listener, Role};
use crate::executor::sleep::Sleep;
use crate::exit::Exit;
use crate::sync::Arc;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};
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
            end.mailbox().mark_failure_observed(exit);
        }
        exit
    }
}

impl fmt::Debug for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join").finish_non_exhaustive()
    }
}

/// Waits for the end of the actor, without being an observer of its failure.
pub(crate) fn unobserved_end(mailbox: Arc<dyn DynMailbox>) -> impl Future<Output = ()> {
    let mut listener = None;
    poll_fn(move |cx| {
        let has_ended = |state: &MailboxState<dyn AnyQueue>| state.cell.exit().map(drop);
        poll_change(&*mailbox, &mut listener, Role::Other, cx, has_ended)
    })
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
            _ if cell.has_started() => Some(Ok(())),
            Some(exit) => Some(Err(exit.clone())),
            None => None,
        });
        if let Poll::Ready(Err(exit)) = &started {
            self.start.mailbox().mark_failure_observed(exit);
        }
        started
    }
}

/// The future of [`Addr::stop_within`](crate::Addr::stop_within).
pub(super) struct StopWithin {
    mailbox: Arc<dyn DynMailbox>,
    limit: Duration,
    sleep: Option<Sleep>,
    is_killed: bool,
    join: Join,
}

impl StopWithin {
    pub(crate) fn new(mailbox: Arc<dyn DynMailbox>, join: Join, limit: Duration) -> Self {
        StopWithin { mailbox, limit, sleep: None, is_killed: false, join }
    }
}

impl Future for StopWithin {
    type Output = Exit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Exit> {
        let this = &mut *self;
        let sleep = this.sleep.get_or_insert_with(|| {
            this.mailbox.close();
            let sleep = Sleep::on(this.mailbox.header().system.executor.clone(), this.limit);
            this.join.set_forced(sleep.ends());
            sleep
        });
        let joined = Pin::new(&mut this.join).poll(cx);
        if let Ok(exit) = ready!(sleep.limit(joined, cx.waker())) {
            return Poll::Ready(exit);
        }
        if !std::mem::replace(&mut this.is_killed, true) {
            this.mailbox.kill();
            this.join.set_forced(false);
        }
        Pin::new(&mut this.join).poll(cx)
    }
}

/// A wait for the start or the end of an actor. If a handler waits, the wait is recorded like a
/// wait for a reply, because only a run of the actor can end it.
struct Change {
    mailbox: Arc<dyn DynMailbox>,
    goal: WaitGoal,
    listener: Option<Listener>,
    tracker: WaitTracker,
}

impl Change {
    fn new(mailbox: Arc<dyn DynMailbox>, goal: WaitGoal) -> Self {
        Change { mailbox, goal, listener: None, tracker: WaitTracker::untracked() }
    }

    fn mailbox(&self) -> &dyn DynMailbox {
        &*self.mailbox
    }

    fn set_goal(&mut self, goal: WaitGoal) {
        self.goal = goal;
    }

    /// # Panics
    /// If the wait is refused because it could never end.
    fn poll<T>(
        &mut self,
        cx: &mut Poller<'_>,
        mut look: impl FnMut(&CellState) -> Option<T>,
    ) -> Poll<T> {
        let header = self.mailbox.header();
        // First, because the clone of the waker may be replaced.
        self.tracker.check_waker(cx.waker(), &header.system);
        let role = self.role();
        let change =
            poll_change(&*self.mailbox, &mut self.listener, role, cx, |state| look(&state.cell));
        if change.is_ready() {
            self.tracker.retract(&header.system);
            return change;
        }
        self.mailbox.awaited(self.goal_name());
        let timed = self.goal == WaitGoal::ExitOrKill;
        if let Some(cycle) = self.tracker.on_pending(header, self.goal, timed, cx.waker()) {
            self.refuse(&cycle);
        }
        Poll::Pending
    }

    fn role(&self) -> Role {
        if self.goal == WaitGoal::Start { Role::Start } else { Role::Exit }
    }

    fn goal_name(&self) -> &'static str {
        if self.goal == WaitGoal::Start { "the start of" } else { "the end of" }
    }

    /// Panics, because the output of the wait cannot express a deadlock.
    #[cold]
    fn refuse(&self, cycle: &Cycle) -> ! {
        panic!(
            "deadlock: a wait for {} {} would never end: {cycle}",
            self.goal_name(),
            self.mailbox.label()
        )
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        // First, because dropping the listener drops the clone of the waker.
        self.tracker.retract(&self.mailbox.header().system);
    }
}

/// Returns the result of `look`, or waits for a change of the actor's state if there is none.
///
/// A waiter always has a listener from the first look that finds nothing until the one that finds
/// something. Both happen under the lock of the actor, so [`Event::has_listeners`](crate::event::Event::has_listeners) is exact there.
pub(crate) fn poll_change<T>(
    mailbox: &dyn DynMailbox,
    listener: &mut Option<Listener>,
    role: Role,
    cx: &mut Poller<'_>,
    mut look: impl FnMut(&MailboxState<dyn AnyQueue>) -> Option<T>,
) -> Poll<T> {
    loop {
        let mut locked = mailbox.lock();
        if let Some(found) = look(&locked) {
            drop(locked);
            *listener = None;
            return Poll::Ready(found);
        }
        let changed = locked.cell.state_changed_mut();
        let notified = match listener {
            Some(current) if !current.is_notified() => None,
            _ => listener.replace(changed.listen_for(role)),
        };
        drop(locked);
        drop(notified);
        if let Some(current) = listener {
            ready!(Pin::new(current).poll(cx));
        }
    }
}
