//! Layer 1: quiescence: the waiters for the moment when nothing is runnable, and the advance of
//! virtual time.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::body::Body;
use super::waits::Waits;
use super::{Broken, ENDLESS, Simulated, Subject};
use crate::sync::Arc;
use crate::waking::wake_each;

/// After this number of successive ticks without other events, the driven future is assumed to wait
/// for nothing, unless it is known to wait for an actor whose steps these are.
const PATIENCE: u32 = 100_000;

/// The number of holders of the driven future's waker inside the drive.
const DRIVEN: usize = 2;

/// No step.
const ANY: u64 = 0;

/// The next action of the drive.
pub(crate) enum Next {
    GoOn,
    Done,
    Broken(Broken),
}

/// The points that can be awaited in a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    /// One step of any other agent.
    Step,
    /// Nothing is runnable without advancing virtual time.
    Settled,
    /// Only periodic ticks are left.
    Idle,
}

#[derive(Default)]
pub(super) struct Waiting {
    /// Each with the number of the step in which it was registered.
    wakers: Vec<(Point, Waker, u64)>,
    /// The number of times each point was reached while a task waited for it.
    steps: u64,
    settled: u64,
    idle: u64,
    /// The number of times that nothing was left to happen while a task waited for a step.
    vain: u64,
    /// Successive ticks without other events since the driven future ran.
    ticks: u32,
    /// The agents that made a step during these ticks.
    ticked: BTreeSet<Subject>,
}

impl Waiting {
    fn reached(&self, point: Point) -> u64 {
        match point {
            Point::Step => self.steps,
            Point::Settled => self.settled,
            Point::Idle => self.idle,
        }
    }

    /// Removes the waiters for `point`, which has been reached, except those registered in step
    /// `turn` itself.
    fn reach(&mut self, point: Point, turn: u64) -> Vec<Waker> {
        let wakers = self.take(point, turn);
        *(match point {
            Point::Step => &mut self.steps,
            Point::Settled => &mut self.settled,
            Point::Idle => &mut self.idle,
        }) += u64::from(!wakers.is_empty());
        wakers
    }

    fn take(&mut self, point: Point, turn: u64) -> Vec<Waker> {
        let is_reached = |entry: &(Point, Waker, u64)| entry.0 == point && entry.2 != turn;
        let reached = self.wakers.extract_if(.., |entry| is_reached(entry));
        reached.map(|(_, waker, _)| waker).collect()
    }

    /// A step of `subject` starts.
    pub(super) fn runs(&mut self, subject: Subject) {
        if subject == Subject::Body {
            self.ticks = 0;
            self.ticked.clear();
        } else if self.ticks > 0 && !matches!(subject, Subject::Timer(_)) {
            self.ticked.insert(subject);
        }
    }

    /// Counts one more tick without other events. Returns whether there were too many.
    fn tick(&mut self, waits: &Waits) -> bool {
        self.ticks += 1;
        if self.ticks <= PATIENCE {
            return false;
        }
        let are_awaited = waits.leads(Subject::Body, &self.ticked);
        self.ticks = 1;
        self.ticked.clear();
        !are_awaited
    }
}

impl Simulated {
    /// A step has ended: a waiter for it runs next, before any other agent.
    pub(super) fn stepped(&self) {
        let mut world = self.world();
        if world.idle.wakers.is_empty() {
            return;
        }
        let turn = world.trace.turn;
        let wakers = world.idle.reach(Point::Step, turn);
        world.is_first = true;
        drop(world);
        wake_each(wakers);
        self.world().is_first = false;
    }

    /// Nothing is runnable; `body` is the waker of the driven future.
    pub(super) fn idle(&self, body: &Arc<Body>) -> Next {
        let next = self.timers.next_due();
        let mut guard = self.world();
        let world = &mut *guard;
        let mut wakers = world.idle.reach(Point::Settled, ANY);
        let only_ticks =
            next.is_some_and(|(_, is_periodic)| is_periodic) && !self.timers.has_once();
        if wakers.is_empty() && (next.is_none() || only_ticks) {
            wakers = world.idle.reach(Point::Idle, ANY);
        }
        if wakers.is_empty() && (next.is_none() || only_ticks) {
            // There is no step to wait for.
            wakers = if next.is_none() { world.idle.take(Point::Step, ANY) } else { Vec::new() };
            world.idle.vain += u64::from(!wakers.is_empty());
        }
        if !wakers.is_empty() {
            drop(guard);
            wake_each(wakers);
            return Next::GoOn;
        }
        // Held here and by the context of the drive, and by nothing else that could wake the driven
        // future.
        let is_forgotten = Arc::strong_count(body) <= DRIVEN;
        let Some((at, _)) = next.filter(|_| !is_forgotten) else {
            return Next::Broken(Broken::Stalled);
        };
        if !only_ticks {
            world.idle.ticks = 0;
        } else if world.idle.tick(&world.waits) {
            return Next::Broken(Broken::Ticking(PATIENCE));
        }
        world.now = world.now.max(at.saturating_duration_since(self.base));
        world.fuel = ENDLESS;
        Next::GoOn
    }
}

/// While this exists, steps do not advance the clock past an instant. If nothing is runnable,
/// virtual time advances anyway.
pub(crate) struct Hold {
    executor: Arc<Simulated>,
    at: Duration,
}

impl Hold {
    /// Holds the clock at `duration` from now.
    pub(crate) fn after(executor: Arc<Simulated>, duration: Duration) -> Hold {
        let mut world = executor.world();
        let at = world.now.saturating_add(duration);
        world.holds.push(at);
        drop(world);
        Hold { executor, at }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut world = self.executor.world();
        let place = world.holds.iter().position(|hold| *hold == self.at);
        place.map(|place| world.holds.swap_remove(place));
    }
}

/// Waits for a point of a simulation.
pub(crate) struct Calm {
    executor: Arc<Simulated>,
    point: Point,
    /// The number of times the point had been reached, and had failed, when the wait started.
    since: Option<(u64, u64)>,
}

impl Calm {
    /// Waits until one step of any other agent has ended, or until it is known that nothing is left
    /// to happen.
    pub(crate) fn step(executor: Arc<Simulated>) -> Calm {
        Calm { executor, point: Point::Step, since: None }
    }

    /// Waits until nothing is runnable without advancing virtual time.
    pub(crate) fn settled(executor: Arc<Simulated>) -> Calm {
        Calm { executor, point: Point::Settled, since: None }
    }

    /// Waits until only periodic ticks are left.
    pub(crate) fn idle(executor: Arc<Simulated>) -> Calm {
        Calm { executor, point: Point::Idle, since: None }
    }
}

impl Future for Calm {
    /// Returns `false` if there is nothing to wait for.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let (executor, point) = (self.executor.clone(), self.point);
        let waker = cx.waker().clone();
        let mut world = executor.world();
        let now = (world.idle.reached(point), world.idle.vain);
        let since = *self.since.get_or_insert(now);
        if since != now {
            return Poll::Ready(since.0 != now.0);
        }
        let turn = world.trace.turn;
        world.idle.wakers.push((point, waker, turn));
        Poll::Pending
    }
}
