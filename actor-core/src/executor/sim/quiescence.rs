//! Quiescence: the waiters for the moment when nothing is runnable, and the advance of virtual time.

use super::trace::{Awaited, WaitGraph};
use super::{Agent, RootTask, SimError, SimExecutor};
use crate::panics::{drop_waker, wake_each};
use crate::sync::Arc;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// After this number of successive ticks without other events, the run counts as a deadlock of the
/// root future, unless the root future waits, directly or not, for an actor or task that made a
/// step at these ticks.
const MAX_IDLE_TICKS: u32 = if cfg!(test) { 100 } else { 100_000 };

/// After this many times [`MAX_IDLE_TICKS`], the run counts as a deadlock in any case: an actor that
/// ticks and never answers would keep the run alive forever.
const MAX_AWAITED_ROUNDS: u32 = 10;

/// After this number of successive advances of virtual time that have not made the root future runnable, the
/// run counts as endless, unless the root future itself waits for an instant.
const MAX_ADVANCES: u32 = if cfg!(test) { 100 } else { 10_000_000 };

/// The number of references to the root future's waker inside `block_on`.
const DRIVER_REFS: usize = 2;

/// Stands for no step.
const NO_STEP: u64 = 0;

/// The result of a step.
pub(crate) enum StepResult {
    Continue,
    Done,
    Failed(SimError),
}

/// The points that can be awaited in a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QuiescencePoint {
    /// One step of any other agent.
    Step,
    /// Nothing is runnable without advancing virtual time.
    Settled,
    /// Only periodic ticks are left.
    Idle,
}

#[derive(Default)]
pub(super) struct QuiescenceWaiters {
    /// The wakers. Each has the number of the step in which it was registered.
    wakers: Vec<(QuiescencePoint, Waker, u64)>,
    /// The number of times each point was reached while a task waited for it.
    steps: u64,
    settled: u64,
    idle: u64,
    /// The number of times that no further step was possible while a task waited for one.
    unreachable: u64,
    /// The advances of virtual time since the root future ran.
    advances: u32,
    /// Successive ticks without other events since the root future ran.
    ticks: u32,
    /// How often `ticks` has reached its maximum since the root future ran.
    rounds: u32,
    /// The agents that made a step during these ticks.
    ticked: BTreeSet<Agent>,
}

impl QuiescenceWaiters {
    fn reached(&self, point: QuiescencePoint) -> u64 {
        match point {
            QuiescencePoint::Step => self.steps,
            QuiescencePoint::Settled => self.settled,
            QuiescencePoint::Idle => self.idle,
        }
    }

    /// Removes the waiters for `point`, which has been reached, except those registered in step
    /// `step_number` itself.
    fn reach(&mut self, point: QuiescencePoint, step_number: u64) -> Vec<Waker> {
        let wakers = self.take(point, step_number);
        *(match point {
            QuiescencePoint::Step => &mut self.steps,
            QuiescencePoint::Settled => &mut self.settled,
            QuiescencePoint::Idle => &mut self.idle,
        }) += u64::from(!wakers.is_empty());
        wakers
    }

    /// Adds a waiter. A task that waits for the point already keeps one entry, however often it is polled:
    /// then its waker is returned.
    fn add(&mut self, point: QuiescencePoint, waker: Waker, step_number: u64) -> Option<Waker> {
        let is_known = |known: &&mut (QuiescencePoint, Waker, u64)| {
            known.0 == point && known.1.will_wake(&waker)
        };
        match self.wakers.iter_mut().find(is_known) {
            Some(known) => {
                known.2 = step_number;
                Some(waker)
            }
            None => {
                self.wakers.push((point, waker, step_number));
                None
            }
        }
    }

    fn take(&mut self, point: QuiescencePoint, step_number: u64) -> Vec<Waker> {
        let is_reached =
            |entry: &(QuiescencePoint, Waker, u64)| entry.0 == point && entry.2 != step_number;
        let reached = self.wakers.extract_if(.., |entry| is_reached(entry));
        reached.map(|(_, waker, _)| waker).collect()
    }

    /// Counts a step of `agent`, which starts.
    pub(super) fn runs(&mut self, agent: Agent) {
        if agent == Agent::Root {
            self.advances = 0;
            self.made_progress();
            self.ticked.clear();
        } else if self.ticks > 0 && !matches!(agent, Agent::Timer(_)) {
            self.ticked.insert(agent);
        }
    }

    /// Begins to count ticks anew, after another event.
    fn made_progress(&mut self) {
        self.ticks = 0;
        self.rounds = 0;
    }

    /// Counts one more advance of virtual time. Returns the number of advances if there were too many.
    fn advance(&mut self, waits: &WaitGraph) -> Option<u32> {
        self.advances += 1;
        if self.advances < MAX_ADVANCES {
            return None;
        }
        let advances = std::mem::take(&mut self.advances);
        let has_end = waits.of(Agent::Root).iter().any(|wait| matches!(wait, Awaited::Time(_)));
        (!has_end).then_some(advances)
    }

    /// Counts one more tick without other events. Returns their number if there were too many.
    fn tick(&mut self, waits: &WaitGraph) -> Option<u32> {
        self.ticks += 1;
        if self.ticks <= MAX_IDLE_TICKS {
            return None;
        }
        let are_awaited = waits.leads(Agent::Root, &self.ticked);
        self.ticks = 1;
        self.rounds += 1;
        self.ticked.clear();
        let is_over = !are_awaited || self.rounds == MAX_AWAITED_ROUNDS;
        is_over.then_some(self.rounds * MAX_IDLE_TICKS)
    }
}

impl SimExecutor {
    /// Wakes the tasks that wait for the end of a step. They run next, before any other agent.
    pub(super) fn wake_step_waiters(&self) {
        let mut state = self.state();
        if state.quiescence.wakers.is_empty() {
            return;
        }
        let step_number = state.trace.step_number;
        let wakers = state.quiescence.reach(QuiescencePoint::Step, step_number);
        state.forces_next = true;
        drop(state);
        wake_each(wakers);
        self.state().forces_next = false;
    }

    /// Handles the case that nothing is runnable; `root` is the waker of the root future.
    pub(super) fn when_idle(&self, root: &Arc<RootTask>) -> StepResult {
        let next = self.timers.next_due();
        let mut guard = self.state();
        let state = &mut *guard;
        let mut wakers = state.quiescence.reach(QuiescencePoint::Settled, NO_STEP);
        let only_ticks =
            next.is_some_and(|(_, is_periodic)| is_periodic) && !self.timers.has_one_shot();
        if wakers.is_empty() && (next.is_none() || only_ticks) {
            wakers = state.quiescence.reach(QuiescencePoint::Idle, NO_STEP);
        }
        if wakers.is_empty() && (next.is_none() || only_ticks) {
            // No step follows that a task could await.
            wakers = if next.is_none() {
                state.quiescence.take(QuiescencePoint::Step, NO_STEP)
            } else {
                Vec::new()
            };
            state.quiescence.unreachable += u64::from(!wakers.is_empty());
        }
        if !wakers.is_empty() {
            drop(guard);
            wake_each(wakers);
            return StepResult::Continue;
        }
        // Only this function and the context of `block_on` hold the waker, so that nothing else can
        // wake the driven future.
        let is_forgotten = Arc::strong_count(root) <= DRIVER_REFS;
        let Some((at, _)) = next.filter(|_| !is_forgotten) else {
            return StepResult::Failed(SimError::Deadlock);
        };
        if !only_ticks {
            state.quiescence.made_progress();
        } else if let Some(ticks) = state.quiescence.tick(&state.waits) {
            return StepResult::Failed(SimError::OnlyTicks(ticks));
        }
        if let Some(advances) = state.quiescence.advance(&state.waits) {
            return StepResult::Failed(SimError::Endless(advances));
        }
        state.now = state.now.max(at.saturating_duration_since(self.base));
        state.reset_livelock();
        StepResult::Continue
    }
}

/// While this guard exists, steps do not advance the clock past an instant. If nothing is runnable,
/// virtual time advances anyway.
pub(crate) struct ClockHold {
    executor: Arc<SimExecutor>,
    at: Duration,
}

impl ClockHold {
    /// Holds the clock at `duration` from now.
    pub(crate) fn after(executor: Arc<SimExecutor>, duration: Duration) -> ClockHold {
        let mut state = executor.state();
        let at = state.now.saturating_add(duration);
        state.holds.push(at);
        drop(state);
        ClockHold { executor, at }
    }
}

impl Drop for ClockHold {
    fn drop(&mut self) {
        let mut state = self.executor.state();
        let place = state.holds.iter().position(|hold| *hold == self.at);
        place.map(|place| state.holds.swap_remove(place));
    }
}

/// Waits for a point of a simulation.
pub(crate) struct Quiesce {
    executor: Arc<SimExecutor>,
    point: QuiescencePoint,
    /// The number of times the point had been reached, and had failed, when the wait started.
    since: Option<(u64, u64)>,
}

impl Quiesce {
    /// Waits until one step of any other agent has ended, or until no further step is possible.
    pub(crate) fn step(executor: Arc<SimExecutor>) -> Quiesce {
        Quiesce { executor, point: QuiescencePoint::Step, since: None }
    }

    /// Waits until nothing is runnable without advancing virtual time.
    pub(crate) fn settled(executor: Arc<SimExecutor>) -> Quiesce {
        Quiesce { executor, point: QuiescencePoint::Settled, since: None }
    }

    /// Waits until only periodic ticks are left.
    pub(crate) fn idle(executor: Arc<SimExecutor>) -> Quiesce {
        Quiesce { executor, point: QuiescencePoint::Idle, since: None }
    }
}

impl Future for Quiesce {
    /// Returns `false` if there is nothing to wait for.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let (executor, point) = (self.executor.clone(), self.point);
        let waker = cx.waker().clone();
        let mut state = executor.state();
        let now = (state.quiescence.reached(point), state.quiescence.unreachable);
        let since = *self.since.get_or_insert(now);
        if since != now {
            return Poll::Ready(since.0 != now.0);
        }
        let step_number = state.trace.step_number;
        let spare = state.quiescence.add(point, waker, step_number);
        drop(state);
        drop_waker(spare);
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Agent, Arc, Awaited, ClockHold, Context, Duration, Future, MAX_ADVANCES,
        MAX_AWAITED_ROUNDS, MAX_IDLE_TICKS, Quiesce, QuiescenceWaiters, SimExecutor, WaitGraph,
        Waker,
    };
    use crate::executor::Executor;
    use crate::executor::sim::{Scheduler, SimError};
    use crate::executor::sleep::Sleep;
    use crate::executor::task::prepare;
    use std::pin::pin;

    /// Returns the number of ticks after which a run ends in which only `ticking` makes steps.
    fn ticks_until_end(waits: &WaitGraph, ticking: Agent) -> u32 {
        let mut waiters = QuiescenceWaiters::default();
        loop {
            if let Some(ticks) = waiters.tick(waits) {
                return ticks;
            }
            waiters.runs(ticking);
        }
    }

    #[test]
    fn ticks_of_an_awaited_actor_count_as_progress_for_a_while() {
        let [awaited, other] = [1, 2].map(Agent::Task);
        let mut waits = WaitGraph::default();
        waits.note(Agent::Root, Awaited::Of(awaited, "an answer of"));
        assert_eq!(ticks_until_end(&waits, other), MAX_IDLE_TICKS);
        assert_eq!(ticks_until_end(&waits, awaited), MAX_AWAITED_ROUNDS * MAX_IDLE_TICKS);
    }

    #[test]
    fn another_event_begins_the_count_anew() {
        let mut waits = WaitGraph::default();
        waits.note(Agent::Root, Awaited::Of(Agent::Task(1), "an answer of"));
        let mut waiters = QuiescenceWaiters::default();
        for _ in 0..MAX_AWAITED_ROUNDS * MAX_IDLE_TICKS - 1 {
            assert_eq!(waiters.tick(&waits), None);
            waiters.runs(Agent::Task(1));
        }
        waiters.runs(Agent::Root);
        for _ in 0..MAX_IDLE_TICKS {
            assert_eq!(waiters.tick(&waits), None);
        }
    }

    #[test]
    fn a_step_before_the_first_tick_is_no_step_between_ticks() {
        let [awaited, other] = [1, 2].map(Agent::Task);
        let mut waits = WaitGraph::default();
        waits.note(Agent::Root, Awaited::Of(awaited, "an answer of"));
        let mut waiters = QuiescenceWaiters::default();
        waiters.runs(awaited);
        for _ in 0..MAX_IDLE_TICKS {
            assert_eq!(waiters.tick(&waits), None);
            waiters.runs(other);
        }
        assert_eq!(waiters.tick(&waits), Some(MAX_IDLE_TICKS));
    }

    /// Starts a task that sleeps again and again.
    fn sleep_on(executor: &Arc<SimExecutor>) {
        let (clock, number) = (executor.clone(), executor.next_task_number());
        let sleeps = async move {
            loop {
                Sleep::on(clock.clone(), Duration::from_secs(1)).await;
            }
        };
        let (task, handle) = prepare(executor.clone(), number, sleeps);
        handle.detach();
        task.schedule();
    }

    #[test]
    fn a_run_that_only_sleeps_on_ends_unless_its_root_waits_for_an_instant() {
        let executor = SimExecutor::new(Scheduler::seeded(1, false), 1);
        sleep_on(&executor);
        let twice = Duration::from_secs(u64::from(2 * MAX_ADVANCES));
        executor.block_on(pin!(Sleep::on(executor.clone(), twice)));
        assert!(executor.take_error().is_none());
        assert_eq!(executor.elapsed(), twice);
        executor.block_on(pin!(async {
            Quiesce::idle(executor.clone()).await;
        }));
        assert!(matches!(executor.take_error(), Some(SimError::Endless(MAX_ADVANCES))));
        executor.close(Duration::ZERO);
    }

    #[test]
    fn a_task_has_one_waiter_for_a_point_however_often_it_is_polled() {
        let executor = SimExecutor::new(Scheduler::seeded(1, false), 1);
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            let mut step = pin!(Quiesce::step(executor.clone()));
            let mut idle = pin!(Quiesce::idle(executor.clone()));
            for _ in 0..100 {
                assert!(step.as_mut().poll(&mut context).is_pending());
                assert!(idle.as_mut().poll(&mut context).is_pending());
            }
        }
        assert_eq!(executor.state().quiescence.wakers.len(), 2);
    }

    #[test]
    fn a_dropped_hold_of_the_clock_is_forgotten() {
        let executor = SimExecutor::new(Scheduler::seeded(1, false), 1);
        let [first, second] =
            [1, 2].map(|millis| ClockHold::after(executor.clone(), Duration::from_millis(millis)));
        drop(first);
        assert_eq!(executor.state().holds, [Duration::from_millis(2)]);
        drop(second);
        assert!(executor.state().holds.is_empty());
    }
}
