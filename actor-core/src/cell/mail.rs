//! The mailbox of one actor: the lane behind its lock, and every way in. Knows no handlers.

mod taking;
mod untyped;

use super::core::{Core, NOTICE, STOP, URGENT, WAITING};
use super::post::{AnyMail, Post, WeakPost, schedule, throw_away};
use super::queue::{Queue, Refused, Room, Ticket, Wait};
use super::seat::Seat;
use crate::actor::{Dispatch, Way};
use crate::sync::atomic::Ordering;
use crate::sync::{Arc, Mutex, MutexGuard};
use event_listener::Event;
use std::task::Waker;

pub(crate) struct Mail<A: Dispatch> {
    pub(crate) core: Core,
    lane: Mutex<Lane<A>>,
}

/// What the one lock of an actor guards.
pub(crate) struct Lane<A: Dispatch> {
    pub(crate) queue: Queue<A::Message>,
    pub(crate) seat: Seat,
}

impl<A: Dispatch> Mail<A> {
    pub(crate) fn new(core: Core) -> Self {
        let lane = Lane { queue: Queue::new(), seat: Seat::default() };
        Mail { core, lane: Mutex::new(lane) }
    }

    pub(crate) fn lane(&self) -> MutexGuard<'_, Lane<A>> {
        self.lane.lock()
    }

    /// Tells senders how many messages were taken, and lets waiting ones in: hands out whom to wake
    /// when the lock is gone.
    #[inline]
    pub(super) fn publish(&self, lane: &mut Lane<A>) -> Option<Vec<Waker>> {
        lane.queue.publish(self.core.taken.load(Ordering::Relaxed));
        self.core.taken.store(0, Ordering::Relaxed);
        if self.core.signals() & WAITING == 0 {
            return None;
        }
        let admitted = lane.queue.admit(self.core.room());
        if !lane.queue.is_waited_for() {
            self.core.lower(WAITING);
        }
        if lane.queue.is_urgent() {
            self.core.raise(URGENT);
        }
        Some(admitted)
    }

    fn is_forsaken(&self, lane: &Lane<A>) -> bool {
        !self.core.is_kept()
            && !lane.seat.closed
            && !lane.seat.has_notices()
            && lane.queue.total(self.core.taken.load(Ordering::Relaxed)) == 0
    }

    pub(super) fn shut(&self, lane: &mut Lane<A>) -> Option<Arc<Event>> {
        lane.seat.closed = true;
        self.core.raise(STOP);
        if lane.seat.known().is_some_and(|records| records.overseen.is_some()) {
            // Between two lives it is deaf to a stop, but not to this.
            self.core.raise(NOTICE);
        }
        // Who waits for room now waits for nothing.
        self.core.lower(WAITING);
        lane.seat.changed()
    }

    /// Drops one message that will not be handled.
    pub(crate) fn throw_away(&self, message: A::Message) {
        throw_away::<A>(self, message);
    }
}

impl<A: Dispatch> Post<A> for Mail<A> {
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
        let way = match (way, &*message) {
            (Some(way), _) => way,
            (None, Some(message)) => A::way(message),
            (None, None) => return Ok(None),
        };
        let taken = self.core.taken.load(Ordering::Relaxed);
        if !lane.queue.has_room(way, self.core.room(), taken) {
            let place = lane.queue.wait(message, way, wait);
            if place.is_ok() {
                self.core.raise(WAITING);
            }
            return place;
        }
        if way.priority {
            self.core.raise(URGENT);
        }
        lane.queue.push(message, way);
        let cell = lane.seat.take_idle();
        drop(lane);
        schedule(&self.core, cell);
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
}
