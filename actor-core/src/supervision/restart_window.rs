//! The sliding window that limits how often a supervisor or a pool restarts its actors.

use crate::clock::Instant;
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts};
use std::collections::VecDeque;
use std::time::Duration;

/// At most `limit` restarts in any `period`, as in OTP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intensity {
    limit: usize,
    period: Duration,
}

impl Intensity {
    /// The default of supervisors, and the rule of pools.
    pub(crate) const DEFAULT: Self = Intensity::new(5, Duration::from_secs(60));

    pub(crate) const fn new(limit: usize, period: Duration) -> Self {
        Intensity { limit, period }
    }

    /// Returns the failure of a supervisor or pool whose intensity was exceeded when one of its
    /// actors ended with `cause`. `actor` and `id` are the label and the id of the supervisor or
    /// pool.
    pub(crate) fn exceeded(self, actor: String, id: ActorId, cause: Exit) -> Failure {
        let Intensity { limit, period } = self;
        Failure::new(FailureParts {
            kind: FailureKind::Intensity,
            actor,
            id,
            handler: "",
            message: format!("more than {limit} restarts in {period:?}"),
            location: None,
            cause: Some(cause),
        })
    }
}

/// Counts restarts against an intensity. A restart that is one period old no longer counts.
pub(crate) struct RestartWindow {
    intensity: Intensity,
    /// The times of the restarts that still count, oldest first.
    restarts: VecDeque<Instant>,
}

impl RestartWindow {
    pub(crate) fn new(intensity: Intensity) -> Self {
        RestartWindow { intensity, restarts: VecDeque::new() }
    }

    pub(crate) fn intensity(&self) -> Intensity {
        self.intensity
    }

    /// Counts one more restart. Returns `false` if this exceeds the intensity.
    pub(crate) fn allows_restart(&mut self, now: Instant) -> bool {
        let Intensity { limit, period } = self.intensity;
        if limit == usize::MAX {
            // Unlimited, so nothing is recorded.
            return true;
        }
        let is_over = |restart: &Instant| now.saturating_duration_since(*restart) >= period;
        while self.restarts.front().is_some_and(is_over) {
            self.restarts.pop_front();
        }
        self.restarts.push_back(now);
        self.restarts.len() <= limit
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, Intensity, RestartWindow};

    fn window(limit: usize) -> RestartWindow {
        RestartWindow::new(Intensity::new(limit, Duration::from_secs(10)))
    }

    /// Returns, for restarts at these seconds, whether each is allowed.
    fn allowed<const N: usize>(limit: usize, seconds: [u64; N]) -> [bool; N] {
        let (mut window, start) = (window(limit), Instant::now());
        seconds.map(|second| window.allows_restart(start + Duration::from_secs(second)))
    }

    #[test]
    fn as_many_restarts_as_the_limit_are_allowed_in_a_period() {
        assert_eq!(allowed(2, [0, 1, 9]), [true, true, false]);
        assert_eq!(allowed(0, [0]), [false]);
    }

    #[test]
    fn a_restart_no_longer_counts_when_it_is_one_period_old() {
        assert_eq!(allowed(1, [0, 9]), [true, false]);
        assert_eq!(allowed(1, [0, 10, 20]), [true, true, true]);
    }

    #[test]
    fn without_a_limit_no_restart_is_recorded() {
        let mut window = window(usize::MAX);
        assert!((0..100).all(|_| window.allows_restart(Instant::now())));
        assert!(window.restarts.is_empty());
    }
}
