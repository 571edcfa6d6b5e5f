//! The mailbox that the members of a pool share, and what becomes of the pool when they end.
//!
//! Outside it is one actor: one id, one queue, one exit. It has no loop of its own: members fetch
//! one message at a time and are poked when one comes.

use super::start_member;
use crate::actor::{Dispatch, Way};
use crate::cell::core::Core;
use crate::cell::pending::Pending;
use crate::cell::post::{
    AnyMail, Fetched, Post, Rest, Shared, Verbs, WeakPost, announce, throw_away, wake_all,
};
use crate::cell::queue::{Queue, Refused, Room, Ticket, Wait};
use crate::cell::seat::{Cell, Seat};
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts};
use crate::life::end::publish;
use crate::life::next::may_start;
use crate::life::restart::{Overseer, Oversight, Verdict};
use crate::sync::{Arc, Mutex, Weak};
use std::any::Any;
use std::collections::VecDeque;
use std::task::Waker;
use std::time::{Duration, Instant};

/// Makes the state of a member.
pub(crate) type Make<A> = Arc<dyn Fn() -> A + Send + Sync>;

/// How many restarts of members there may be in [`PERIOD`]; one more, and the pool fails.
const INTENSITY: usize = 5;
const PERIOD: Duration = Duration::from_secs(60);

pub(super) struct PoolMail<A: Dispatch> {
    core: Core,
    make: Make<A>,
    lane: Mutex<Lane<A>>,
    this: Weak<PoolMail<A>>,
}

struct Lane<A: Dispatch> {
    queue: Queue<A::Message>,
    seat: Seat,
    /// By number; `None` for one that has ended.
    members: Vec<Option<Arc<dyn AnyMail>>>,
    /// The numbers of those that found nothing at their last look.
    idle: Vec<usize>,
    /// How many there are to be: those with higher numbers end after their message.
    size: usize,
    /// When members were restarted, as far back as the window goes.
    restarts: VecDeque<Instant>,
    /// Set when the pool ends before it has drained: nobody is restarted any more.
    verdict: Option<Exit>,
    /// Set when the exit is about to be published, which happens once.
    is_over: bool,
}

impl<A: Dispatch> PoolMail<A> {
    pub(super) fn new(core: Core, make: Make<A>) -> Arc<Self> {
        let mut seat = Seat::default();
        seat.started = true;
        let lane = Lane {
            queue: Queue::new(),
            seat,
            members: Vec::new(),
            idle: Vec::new(),
            size: 0,
            restarts: VecDeque::new(),
            verdict: None,
            is_over: false,
        };
        Arc::new_cyclic(|this| PoolMail { core, make, lane: Mutex::new(lane), this: this.clone() })
    }

    pub(super) fn make(&self) -> Make<A> {
        self.make.clone()
    }

    pub(super) fn member_label(&self, number: usize) -> String {
        format!("{}/{number}", self.label())
    }

    /// Gives a member its place, before it first runs, since it may fail in that already. False if
    /// there is no place for it any more.
    pub(super) fn seat_member(&self, number: usize, member: Arc<dyn AnyMail>) -> bool {
        let mut lane = self.lane.lock();
        let is_wanted = lane.wants(number);
        match lane.members.get_mut(number) {
            Some(place @ None) if is_wanted => {
                *place = Some(member);
                true
            }
            _ => false,
        }
    }

    /// Once the last member has gone, what is left is thrown away, and the exit published.
    pub(super) fn end_if_empty(&self) {
        let mut lane = self.lane.lock();
        if lane.is_over || lane.members.iter().any(Option::is_some) {
            return;
        }
        lane.is_over = true;
        lane.seat.closed = true;
        let left = lane.queue.drain();
        let exit = lane.verdict.take().unwrap_or(Exit::Stopped);
        drop(lane);
        left.into_iter().for_each(|message| throw_away::<A>(self, message));
        publish(self, exit);
    }

    /// Ends all members at once; the pool's exit is `exit`.
    fn end_by_force(&self, exit: Exit) {
        let mut lane = self.lane.lock();
        if lane.seat.exit().is_some() || lane.verdict.is_some() {
            return;
        }
        lane.verdict = Some(exit);
        let members = lane.members.clone();
        drop(lane);
        self.close();
        members.iter().flatten().for_each(|member| member.kill());
    }

    /// A member's life is over: true if another follows.
    fn member_failed(&self, id: ActorId, exit: Exit) -> bool {
        let now = self.core.hub.host.now();
        let label = self.label();
        let mut lane = self.lane.lock();
        let place = lane
            .members
            .iter()
            .position(|member| member.as_ref().is_some_and(|member| member.core().id() == id));
        let Some(number) = place else { return false };
        if lane.verdict.is_some() || number >= lane.size {
            return false;
        }
        lane.restarts.retain(|restart| now.saturating_duration_since(*restart) < PERIOD);
        lane.restarts.push_back(now);
        let too_many = lane.restarts.len() > INTENSITY;
        let member = lane.members[number].clone();
        drop(lane);
        if too_many {
            let failure = Failure::new(FailureParts {
                kind: FailureKind::Intensity,
                actor: label,
                id: self.core.id(),
                handler: "",
                message: format!("more than {INTENSITY} restarts in {PERIOD:?}"),
                location: None,
                cause: Some(exit),
            });
            self.end_by_force(Exit::Failed(failure));
            return false;
        }
        if let Some(member) = member {
            member.decide(Verdict::Again);
        }
        true
    }

    fn member_ended(&self, id: ActorId) {
        let mut lane = self.lane.lock();
        let is_it = |place: &Option<Arc<dyn AnyMail>>| {
            place.as_ref().is_some_and(|member| member.core().id() == id)
        };
        let Some(number) = lane.members.iter().position(is_it) else { return };
        let gone = lane.members[number].take();
        // The pool has grown again while it ended.
        let is_missed = lane.wants(number);
        drop(lane);
        drop(gone);
        if is_missed && let Some(this) = self.this.upgrade() {
            start_member(&this, number);
        }
        self.end_if_empty();
    }
}

impl<A: Dispatch> Shared for PoolMail<A> {
    fn fetch_for(&self, number: usize, beside: bool, place: &mut dyn Any) -> Fetched {
        let wanted = if beside { may_start::<A, true> } else { may_start::<A, false> };
        let mut lane = self.lane.lock();
        if number >= lane.size || lane.verdict.is_some() {
            // It may have been woken for what another has to take now.
            let other = if lane.queue.total(0) == 0 { None } else { lane.next_idle() };
            drop(lane);
            if let Some(other) = other {
                other.poke();
            }
            return Fetched::Over;
        }
        let message = lane.queue.take_urgent(Way::of::<A>, wanted).or_else(|| {
            let is_next = !lane.queue.is_urgent();
            let message = lane.queue.take_one(|message| is_next && wanted(message))?;
            if Way::of::<A>(&message).unbounded {
                lane.queue.took_free(false);
            }
            Some(message)
        });
        let waits = lane.queue.is_waited_for() && !lane.seat.closed;
        let admitted = waits.then(|| lane.queue.admit(self.core.room()));
        let mut other = None;
        let fetched = match message {
            Some(message) => {
                let place = place.downcast_mut().expect("a member has its pool's type");
                *place = Some(message);
                Fetched::Message
            }
            None if lane.queue.total(0) != 0 => {
                // This member may have been woken for what another can take.
                lane.idle.retain(|idle| *idle != number);
                other = lane.next_idle();
                Fetched::Unwanted
            }
            None if lane.seat.closed => Fetched::Over,
            None => {
                if !lane.idle.contains(&number) {
                    lane.idle.push(number);
                }
                Fetched::Nothing
            }
        };
        let forsaken = matches!(fetched, Fetched::Nothing) && !self.core.is_kept();
        drop(lane);
        wake_all(admitted);
        if let Some(other) = other {
            other.poke();
        }
        if forsaken {
            self.forsaken();
        }
        fetched
    }
}

impl<A: Dispatch> AnyMail for PoolMail<A> {
    fn untyped(&self) -> &dyn AnyMail {
        self
    }

    fn core(&self) -> &Core {
        &self.core
    }

    fn with(&self, look: &mut dyn FnMut(&mut Seat, u64)) {
        let mut lane = self.lane.lock();
        let position = lane.queue.accepted();
        look(&mut lane.seat, position);
    }

    fn len(&self) -> usize {
        self.lane.lock().queue.total(0)
    }

    fn close(&self) {
        let mut wake = Vec::new();
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return;
        }
        lane.seat.closed = true;
        let changed = lane.seat.changed();
        let calls = lane.queue.close(&mut wake);
        let members = lane.members.clone();
        lane.idle.clear();
        drop(lane);
        announce(changed);
        calls.into_iter().for_each(|message| throw_away::<A>(self, message));
        wake.into_iter().for_each(Waker::wake);
        members.iter().flatten().for_each(|member| member.poke());
    }

    /// There is no cell to lay back: members lie in seats of their own.
    fn lay_back(&self, _: Option<&Pending>, _: &mut dyn FnMut() -> Option<Cell>) -> Rest {
        Rest::Laid
    }

    /// A pool itself makes nothing; its members do.
    fn cancel(&self, _: u64) {}

    fn task_gone(&self, _: u64) {}

    fn kill(&self) {
        self.end_by_force(Exit::Killed);
    }

    fn forsaken(&self) {
        let lane = self.lane.lock();
        // One that is at work looks again when it has done.
        let idles = lane.idle.len() >= lane.members.iter().flatten().count();
        let over = !self.core.is_kept() && idles && lane.queue.total(0) == 0;
        drop(lane);
        if over {
            self.close();
        }
    }
}

impl<A: Dispatch> Post<A> for PoolMail<A> {
    fn push(
        &self,
        message: &mut Option<A::Message>,
        way: Option<Way>,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused> {
        self.core.reached();
        let mut lane = self.lane.lock();
        if lane.seat.closed {
            return Err(Refused::Stopped);
        }
        let Some(way) = way.or_else(|| message.as_ref().map(A::way)) else { return Ok(None) };
        if !lane.queue.has_room(way, self.core.room(), 0) {
            return lane.queue.wait(message, way, wait);
        }
        lane.queue.push(message, way);
        let member = lane.next_idle();
        drop(lane);
        if let Some(member) = member {
            member.poke();
        }
        Ok(None)
    }

    fn look(&self, ticket: Ticket, waker: &Waker) -> Room<A::Message> {
        let waker = waker.clone();
        let mut lane = self.lane.lock();
        let closed = lane.seat.closed;
        let (room, old) = lane.queue.look(ticket, closed, waker);
        drop(lane);
        drop(old);
        room
    }

    fn leave(&self, ticket: Ticket) -> Option<A::Message> {
        let left = self.lane.lock().queue.leave(ticket);
        left.map(|(message, _waker)| message)
    }

    fn weak(self: Arc<Self>) -> WeakPost<A> {
        let post: Arc<dyn Post<A>> = self;
        WeakPost::Own(Arc::downgrade(&post))
    }

    fn any(self: Arc<Self>) -> Arc<dyn AnyMail> {
        self
    }

    fn resize(&self, size: usize) -> bool {
        let Some(this) = self.this.upgrade() else { return false };
        let mut lane = self.lane.lock();
        let wanted: Vec<usize> = if lane.seat.closed {
            Vec::new()
        } else {
            lane.size = size;
            if lane.members.len() < size {
                lane.members.resize(size, None);
            }
            (0..size).filter(|number| lane.members[*number].is_none()).collect()
        };
        lane.idle.retain(|number| *number < size);
        let surplus: Vec<_> = lane.members.iter().skip(size).flatten().cloned().collect();
        drop(lane);
        // Those that idle have to look once more to see that they are too many.
        surplus.iter().for_each(|member| member.poke());
        for number in wanted {
            start_member(&this, number);
        }
        // None can start if the system is closing.
        self.end_if_empty();
        true
    }
}

impl<A: Dispatch> Lane<A> {
    /// Whether there is to be a member `number`.
    fn wants(&self, number: usize) -> bool {
        number < self.size && !self.seat.closed && self.verdict.is_none()
    }

    /// The member that idles since the shortest time: its state is warm.
    fn next_idle(&mut self) -> Option<Arc<dyn AnyMail>> {
        let number = self.idle.pop()?;
        self.members.get(number).cloned().flatten()
    }
}

/// Where the members of a pool report.
pub(super) struct Desk<A: Dispatch> {
    pool: Weak<PoolMail<A>>,
}

impl<A: Dispatch> Desk<A> {
    pub(super) fn new(pool: &Arc<PoolMail<A>>) -> Self {
        Desk { pool: Arc::downgrade(pool) }
    }
}

impl<A: Dispatch> Overseer for Desk<A> {
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool {
        self.pool.upgrade().is_some_and(|pool| pool.member_failed(id, exit))
    }

    fn ended(&self, id: ActorId) {
        if let Some(pool) = self.pool.upgrade() {
            pool.member_ended(id);
        }
    }
}
