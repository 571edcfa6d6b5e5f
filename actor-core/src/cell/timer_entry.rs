//! The clock of one timer of a life.

use super::handle::DynMailbox;
use super::resources::BoxSend;
use super::state::{ResourceId, SystemMessage};
use crate::clock::Instant;
use crate::executor::TimerKey;
use crate::incident::Incident;
use crate::sync::{Arc, Mutex, Weak};
use std::task::{Wake, Waker};
use std::time::Duration;

/// The entry of one timer. The entry is its own waker in the executor's timers.
pub(crate) struct TimerEntry {
    mailbox: Weak<dyn DynMailbox>,
    key: ResourceId,
    state: Mutex<State>,
}

struct State {
    due: Instant,
    /// The period, or `None` for a timer that fires once.
    period: Option<Duration>,
    armed: Option<TimerKey>,
    /// Set while a tick is pending. Further ticks are then skipped instead of queued.
    waiting: bool,
    cancelled: bool,
}

impl TimerEntry {
    /// Starts a timer that is due after `delay` and, with a period, every period after that.
    pub(crate) fn start(
        mailbox: &Arc<dyn DynMailbox>,
        key: ResourceId,
        delay: Duration,
        period: Option<Duration>,
    ) -> Arc<Self> {
        let due = saturating_add(mailbox.header().system.executor.now(), delay);
        let state = State { due, period, armed: None, waiting: false, cancelled: false };
        let entry = Arc::new(TimerEntry {
            mailbox: Arc::downgrade(mailbox),
            key,
            state: Mutex::new(state),
        });
        entry.arm();
        entry
    }

    fn arm(self: &Arc<Self>) {
        let Some(mailbox) = self.mailbox.upgrade() else { return };
        let waker = Waker::from(self.clone());
        let mut state = self.state.lock();
        if !state.cancelled {
            let timers = mailbox.header().system.executor.timers();
            state.armed = Some(timers.insert(state.due, waker, state.period.is_some()));
        }
    }

    /// Marks the pending tick as taken.
    pub(crate) fn on_taken(&self) {
        self.state.lock().waiting = false;
    }

    /// Returns a send that marks the pending tick as taken once the message is sent. Called for a
    /// tick that becomes a message for another actor, so that at most one such message waits for
    /// capacity there.
    pub(crate) fn on_taken_after(self: Arc<Self>, sending: BoxSend) -> BoxSend {
        Box::pin(async move {
            sending.await;
            self.on_taken();
        })
    }

    pub(crate) fn is_periodic(&self) -> bool {
        self.state.lock().period.is_some()
    }

    pub(crate) fn cancel(&self) {
        let mut state = self.state.lock();
        state.cancelled = true;
        let armed = state.armed.take();
        drop(state);
        if let (Some(armed), Some(mailbox)) = (armed, self.mailbox.upgrade()) {
            drop(mailbox.header().system.executor.timers().remove(armed));
        }
    }
}

impl Wake for TimerEntry {
    fn wake(self: Arc<Self>) {
        let Some(mailbox) = self.mailbox.upgrade() else { return };
        let mut state = self.state.lock();
        state.armed = None;
        if state.cancelled {
            return;
        }
        let is_new = !std::mem::replace(&mut state.waiting, true);
        let mut missed = u64::from(!is_new);
        if let Some(period) = state.period {
            let periods = periods(state.due, period, mailbox.header().system.executor.now());
            missed += periods - 1;
            state.due = add_periods(state.due, period, periods);
        }
        let again = state.period.is_some();
        drop(state);
        if missed > 0 {
            let (actor, id) = (mailbox.label(), mailbox.header().id());
            mailbox.header().system.report(Incident::MissedTicks { actor, id, missed });
        }
        if is_new {
            mailbox.notify(SystemMessage::ResourceReady(self.key));
        }
        if again {
            self.arm();
        }
    }
}

/// Returns the number of periods from `due` to the first due time after `now`, so that the timer
/// has no drift and causes no burst after a stall.
fn periods(due: Instant, period: Duration, now: Instant) -> u64 {
    let late = now.saturating_duration_since(due).as_nanos();
    u64::try_from(late / period.as_nanos().max(1) + 1).unwrap_or(u64::MAX)
}

fn add_periods(due: Instant, period: Duration, periods: u64) -> Instant {
    let nanos = period.as_nanos().saturating_mul(u128::from(periods));
    saturating_add(due, Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
}

/// Returns the instant `delay` after `from`, saturating.
pub(crate) fn saturating_add(from: Instant, delay: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let latest = || from.checked_add(CENTURY).unwrap_or(from);
    from.checked_add(delay).unwrap_or_else(latest)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, add_periods, periods};

    #[test]
    fn a_late_timer_keeps_its_grid_and_skips_what_it_missed() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let period = Duration::from_millis(10);
        let next = |due, period, now| add_periods(due, period, periods(due, period, now));
        assert_eq!(next(at(10), period, at(10)), at(20));
        assert_eq!(next(at(10), period, at(13)), at(20));
        assert_eq!(next(at(10), period, at(47)), at(50));
    }
}
