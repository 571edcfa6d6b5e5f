//! The limits of restarts: [`Backoff`], the pauses before them, and the sliding window that limits how
//! often a supervisor or a pool restarts its actors. Pure arithmetic.

use crate::clock::Instant;
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts};
use std::collections::VecDeque;
use std::time::Duration;

/// Pauses between restarts that grow up to a limit while a child keeps failing.
///
/// ```
/// # use actor_core::supervision::Backoff;
/// # use std::time::Duration;
/// let backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(10))
///     .factor(3.0)
///     .jitter(0.2)
///     .reset_after(Duration::from_secs(30));
/// # drop(backoff);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    min: Duration,
    max: Duration,
    factor: f64,
    jitter: f64,
    reset: Duration,
}

impl Backoff {
    /// Creates a backoff that waits `min` before the first restart, and then twice as long before
    /// each further one, up to `max`.
    ///
    /// After a life longer than `max`, the pauses start again with `min`. A `min` of zero never
    /// grows, and a `max` below `min` counts as `min`.
    pub fn exponential(min: Duration, max: Duration) -> Self {
        Backoff { min, max: max.max(min), factor: 2.0, jitter: 0.0, reset: max }
    }

    /// Sets the factor between two pauses. The default is 2.
    ///
    /// # Panics
    /// If `factor` is below 1 or not finite.
    #[track_caller]
    pub fn factor(mut self, factor: f64) -> Self {
        assert!(factor.is_finite() && factor >= 1.0, "a backoff factor is 1 or more");
        self.factor = factor;
        self
    }

    /// Varies each pause by up to this fraction, up or down, so that many children do not restart
    /// at the same moment. A pause can therefore exceed the limit of
    /// [`exponential`](Backoff::exponential) by this fraction.
    ///
    /// # Panics
    /// If `jitter` is not between 0 and 1.
    #[track_caller]
    pub fn jitter(mut self, jitter: f64) -> Self {
        assert!((0.0..=1.0).contains(&jitter), "a jitter is a share between 0 and 1");
        self.jitter = jitter;
        self
    }

    /// Sets the length of a life after which the pauses start again with the shortest one.
    pub fn reset_after(mut self, healthy: Duration) -> Self {
        self.reset = healthy;
        self
    }

    /// Returns the pause before restart number `attempt`, counted from 0; `chance` is between 0 and
    /// 1.
    pub(crate) fn delay(&self, attempt: u32, chance: f64) -> Duration {
        if self.min.is_zero() {
            // Zero stays zero, however often it is multiplied: multiplying it by infinity would
            // give NaN.
            return Duration::ZERO;
        }
        let exponent = i32::try_from(attempt).unwrap_or(i32::MAX);
        let longest = self.max.as_secs_f64();
        let grown = (self.min.as_secs_f64() * self.factor.powi(exponent)).min(longest);
        let varied = grown * (1.0 + self.jitter * (2.0 * chance - 1.0));
        Duration::try_from_secs_f64(varied).unwrap_or(self.max)
    }

    /// Returns whether a life of this length counts as healthy.
    pub(crate) fn is_healthy(&self, life: Duration) -> bool {
        life >= self.reset
    }
}

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
    pub(crate) fn count_restart(&mut self, now: Instant) -> bool {
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
    use super::{Backoff, Duration, Instant, Intensity, RestartWindow};

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn delays_grow_by_the_factor_up_to_the_limit() {
        let backoff = Backoff::exponential(millis(10), millis(100)).factor(3.0);
        let delays: Vec<_> = (0..4).map(|attempt| backoff.delay(attempt, 0.5)).collect();
        assert_eq!(delays, [millis(10), millis(30), millis(90), millis(100)]);
        assert_eq!(backoff.delay(u32::MAX, 0.5), millis(100));
    }

    #[test]
    fn a_shortest_time_of_zero_stays_zero() {
        let backoff = Backoff::exponential(Duration::ZERO, Duration::from_secs(10)).jitter(1.0);
        for attempt in [0, 1, 1023, 1024, 1025, u32::MAX] {
            assert_eq!(backoff.delay(attempt, 1.0), Duration::ZERO);
        }
    }

    #[test]
    fn jitter_stays_within_its_share() {
        let backoff = Backoff::exponential(millis(100), millis(100)).jitter(0.2);
        assert_eq!(backoff.delay(0, 0.0), millis(80));
        assert_eq!(backoff.delay(0, 1.0), millis(120));
    }

    fn window(limit: usize) -> RestartWindow {
        RestartWindow::new(Intensity::new(limit, Duration::from_secs(10)))
    }

    /// Returns, for restarts at these seconds, whether each is allowed.
    fn allowed<const N: usize>(limit: usize, seconds: [u64; N]) -> [bool; N] {
        let (mut window, start) = (window(limit), Instant::now());
        seconds.map(|second| window.count_restart(start + Duration::from_secs(second)))
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
        assert!((0..100).all(|_| window.count_restart(Instant::now())));
        assert!(window.restarts.is_empty());
    }
}
