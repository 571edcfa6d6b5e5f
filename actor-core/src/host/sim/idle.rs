//! Layer 1: what happens when nothing can run: who waits for that, and how the time goes on.

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

/// So many ticks in a row, with nothing else to come, are taken as a sign that the driven future
/// waits for nothing; unless it is known to wait for one whose steps they are.
const PATIENCE: u32 = 100_000;

/// How many hold the waker of the driven future where it is driven.
const DRIVEN: usize = 2;

/// No step: nobody came in it.
const ANY: u64 = 0;

/// How the drive goes on.
pub(crate) enum Next {
    GoOn,
    Done,
    Broken(Broken),
}

/// What one may wait for in a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    /// One step of anybody else.
    Step,
    /// Nothing can run without the time going on.
    Settled,
    /// Nothing but ticks can happen.
    Idle,
}

#[derive(Default)]
pub(super) struct Waiting {
    /// Each with the number of the step in which it came.
    wakers: Vec<(Point, Waker, u64)>,
    /// How often each point was reached while somebody waited for it.
    steps: u64,
    settled: u64,
    idle: u64,
    /// How often nothing could happen although somebody waited for a step.
    vain: u64,
    /// Ticks in a row with nothing else to come, since the driven future ran.
    ticks: u32,
    /// What has done a step in these.
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

    /// Takes out who waits for `point`, which is reached, unless it came in the step `turn` itself.
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

    /// A step of `subject` begins.
    pub(super) fn runs(&mut self, subject: Subject) {
        if subject == Subject::Body {
            self.ticks = 0;
            self.ticked.clear();
        } else if self.ticks > 0 {
            self.ticked.insert(subject);
        }
    }

    /// One more tick, with nothing else to come. Whether that are too many.
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
    /// A step was done: whoever waits for that comes next, before any other.
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

    /// Nothing can run, and `body` is the waker of the driven future.
    pub(super) fn idle(&self, body: &Arc<Body>) -> Next {
        let next = self.timers.next_due();
        let mut guard = self.world();
        let world = &mut *guard;
        let mut wakers = world.idle.reach(Point::Settled, ANY);
        let only_ticks = next.is_some_and(|(_, repeats)| repeats) && !self.timers.has_once();
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
        // Held here and by the context of the drive, and by nothing that could wake the driven future.
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

/// As long as this lives, the steps do not take the clock past an instant. When nothing can run the time
/// goes on all the same.
pub(crate) struct Hold {
    host: Arc<Simulated>,
    at: Duration,
}

impl Hold {
    /// Holds the clock `duration` from now.
    pub(crate) fn after(host: Arc<Simulated>, duration: Duration) -> Hold {
        let mut world = host.world();
        let at = world.now.saturating_add(duration);
        world.holds.push(at);
        drop(world);
        Hold { host, at }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut world = self.host.world();
        let place = world.holds.iter().position(|hold| *hold == self.at);
        place.map(|place| world.holds.swap_remove(place));
    }
}

/// Waits for a point of a simulation.
pub(crate) struct Calm {
    host: Arc<Simulated>,
    point: Point,
    /// How often the point had been reached when the wait began, and how often in vain.
    since: Option<(u64, u64)>,
}

impl Calm {
    /// Waits until one step of anybody else is done; if nothing can happen, until that is known.
    pub(crate) fn step(host: Arc<Simulated>) -> Calm {
        Calm { host, point: Point::Step, since: None }
    }

    /// Waits until nothing can run without the time going on.
    pub(crate) fn settled(host: Arc<Simulated>) -> Calm {
        Calm { host, point: Point::Settled, since: None }
    }

    /// Waits until nothing but ticks can happen.
    pub(crate) fn idle(host: Arc<Simulated>) -> Calm {
        Calm { host, point: Point::Idle, since: None }
    }
}

impl Future for Calm {
    /// False if there is nothing to wait for.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let (host, point) = (self.host.clone(), self.point);
        let waker = cx.waker().clone();
        let mut world = host.world();
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
