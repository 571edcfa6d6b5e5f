//! The wait for a change of an actor's state: [`Change`].

use crate::cell::deadlock::edge::WaitGoal;
use crate::cell::deadlock::tracker::WaitTracker;
use crate::cell::handle::DynMailbox;
use crate::cell::state::CellState;
use crate::error::Cycle;
use crate::event::{Listener, Role};
use crate::sync::Arc;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// A wait for the start or the end of an actor. If a handler waits, the wait is recorded like a
/// wait for a reply, because only a run of the actor can end it.
pub(super) struct Change {
    mailbox: Arc<dyn DynMailbox>,
    goal: WaitGoal,
    listener: Option<Listener>,
    tracker: WaitTracker,
}

impl Change {
    pub(super) fn new(mailbox: Arc<dyn DynMailbox>, goal: WaitGoal) -> Self {
        Change { mailbox, goal, listener: None, tracker: WaitTracker::untracked() }
    }

    pub(super) fn mailbox(&self) -> &dyn DynMailbox {
        &*self.mailbox
    }

    pub(super) fn set_goal(&mut self, goal: WaitGoal) {
        self.goal = goal;
    }

    /// # Panics
    /// If the wait is refused because it could never end.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Poller<'_>,
        look: impl FnMut(&CellState) -> Option<T>,
    ) -> Poll<T> {
        let header = self.mailbox.header();
        // First, because the clone of the waker may be replaced.
        self.tracker.check_waker(cx.waker(), &header.system);
        let role = self.role();
        let change = poll_change(&*self.mailbox, &mut self.listener, role, cx, look);
        if change.is_ready() {
            self.tracker.retract(&header.system);
            return change;
        }
        self.mailbox.awaited(self.what());
        let timed = self.goal == WaitGoal::ExitOrKill;
        if let Some(cycle) = self.tracker.on_pending(header, self.goal, timed, cx.waker()) {
            self.refuse(&cycle);
        }
        Poll::Pending
    }

    fn role(&self) -> Role {
        if self.goal == WaitGoal::Start { Role::Start } else { Role::Exit }
    }

    fn what(&self) -> &'static str {
        if self.goal == WaitGoal::Start { "the start of" } else { "the end of" }
    }

    /// Panics, because the output of the wait cannot express a deadlock.
    #[cold]
    fn refuse(&self, cycle: &Cycle) -> ! {
        panic!(
            "deadlock: a wait for {} {} would never end: {cycle}",
            self.what(),
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
    mut look: impl FnMut(&CellState) -> Option<T>,
) -> Poll<T> {
    loop {
        let mut locked = mailbox.lock();
        if let Some(found) = look(&locked.cell) {
            drop(locked);
            *listener = None;
            return Poll::Ready(found);
        }
        let changed = locked.cell.cold_mut().state_changed.get_or_insert_default();
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
