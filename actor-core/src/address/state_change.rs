//! The wait for a change of an actor's state: [`Change`].

use crate::cell::deadlock::edge::Goal;
use crate::cell::deadlock::tracker::Recorded;
use crate::cell::handle::AnyMail;
use crate::cell::state::Seat;
use crate::error::Cycle;
use crate::event::Listener;
use crate::sync::Arc;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// A wait for the start or the end of an actor. If a handler waits, the wait is recorded like that of a
/// call: only a run of the actor can end it.
pub(super) struct Change {
    mail: Arc<dyn AnyMail>,
    goal: Goal,
    listener: Option<Listener>,
    recorded: Recorded,
}

impl Change {
    pub(super) fn new(mail: Arc<dyn AnyMail>, goal: Goal) -> Self {
        Change { mail, goal, listener: None, recorded: Recorded::not() }
    }

    pub(super) fn mail(&self) -> &dyn AnyMail {
        &*self.mail
    }

    pub(super) fn set_goal(&mut self, goal: Goal) {
        self.goal = goal;
    }

    /// # Panics
    /// If the wait is refused because it could never end.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Poller<'_>,
        look: impl FnMut(&Seat) -> Option<T>,
    ) -> Poll<T> {
        let core = self.mail.core();
        // First, since the clone of the waker may be exchanged.
        self.recorded.check(cx.waker(), &core.hub);
        let change = poll_change(&*self.mail, &mut self.listener, cx, look);
        if change.is_ready() {
            self.recorded.take_back(&core.hub);
            return change;
        }
        self.mail.awaited(self.what());
        let timed = self.goal == Goal::EndOrKill;
        if let Some(cycle) = self.recorded.pending(core, self.goal, timed, cx.waker()) {
            self.refuse(&cycle);
        }
        Poll::Pending
    }

    fn what(&self) -> &'static str {
        if self.goal == Goal::Start { "the start of" } else { "the end of" }
    }

    /// The type of the wait has no error for this.
    #[cold]
    fn refuse(&self, cycle: &Cycle) -> ! {
        panic!(
            "deadlock: a wait for {} {} would never end: {cycle}",
            self.what(),
            self.mail.label()
        )
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        // First, since the clone of the waker goes with the listener.
        self.recorded.take_back(&self.mail.core().hub);
    }
}

/// Returns the result of `look`, or waits for a change of the actor's state if there is none.
pub(crate) fn poll_change<T>(
    mail: &dyn AnyMail,
    listener: &mut Option<Listener>,
    cx: &mut Poller<'_>,
    mut look: impl FnMut(&Seat) -> Option<T>,
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
                ready!(Pin::new(waiting).poll(cx));
                *listener = None;
            }
            // Register the listener, then check again, so that no change is missed.
            None => *listener = changed.map(|changed| changed.listen()),
        }
    }
}
