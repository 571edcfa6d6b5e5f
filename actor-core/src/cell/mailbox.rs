//! The mailbox of one actor: the lane behind its lock, and every way in. Knows no handlers.

mod taking;
mod untyped;

#[cfg(test)]
use super::deadlock::detector;
use super::handle::{AnyMail, Post, WeakPost, drop_unhandled, schedule, throw_away, wake_all};
use super::header::Core;
use super::lane::Lane;
use super::queue::{Refused, Ticket, Wait};
use super::state::Seat;
use crate::cell::message::Delivery;
use crate::cell::message::Protocol;
use crate::sync::{Arc, Mutex, MutexGuard};
use crate::waking::drop_waker;

pub(crate) struct Mail<A: Protocol> {
    pub(crate) core: Core,
    lane: Mutex<Lane<A::Message>>,
}

impl<A: Protocol> Mail<A> {
    pub(crate) fn new(core: Core) -> Self {
        Mail { core, lane: Mutex::new(Lane::new(Seat::default())) }
    }

    pub(crate) fn lane(&self) -> MutexGuard<'_, Lane<A::Message>> {
        self.lane.lock()
    }

    /// Drops one message that will not be handled.
    pub(crate) fn throw_away(&self, message: A::Message) {
        throw_away::<A>(self, message);
    }
}

impl<A: Protocol> AnyMail for Mail<A> {
    fn untyped(&self) -> &dyn AnyMail {
        self
    }

    fn core(&self) -> &Core {
        &self.core
    }

    fn with(&self, look: &mut dyn FnMut(&mut Seat, u64)) {
        let mut lane = self.lane.lock();
        let position = lane.seat.accepted();
        look(&mut lane.seat, position);
    }

    fn settle(&self, look: &mut dyn FnMut(&mut Seat) -> bool) {
        let mut lane = self.lane.lock();
        let admitted = lane.let_in(&self.core);
        if look(&mut lane.seat) {
            lane.give_back();
        }
        drop(lane);
        #[cfg(test)]
        if admitted.as_ref().is_some_and(|admitted| !admitted.is_empty()) {
            let point = detector::steps::Point::LetIn(self.core.number);
            detector::steps::reached(self.core.hub.id, point);
        }
        wake_all(admitted);
    }

    fn discard_queued(&self) {
        self.discard();
    }

    fn drop_apart(&self, place: usize) {
        let mut message = self.lane.lock().take_apart(place);
        drop_unhandled(self, "", &mut message);
    }

    fn with_room_wanted(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut Seat)) {
        self.untyped().with_certain(ticket, look);
    }
}

impl<A: Protocol> Post<A> for Mail<A> {
    fn push(
        &self,
        message: &mut Option<A::Message>,
        delivery: Option<Delivery>,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused> {
        self.core.reached();
        let delivery = match (delivery, &*message) {
            (Some(delivery), _) => delivery,
            (None, Some(message)) => A::delivery(message),
            (None, None) => return Ok(None),
        };
        let mut lane = self.lane.lock();
        let ticket = lane.push(message, &self.core, delivery, wait)?;
        let cell = if ticket.is_none() { lane.seat.take_idle() } else { None };
        drop(lane);
        schedule(&self.core, cell);
        Ok(ticket)
    }

    fn leave(&self, ticket: Ticket) -> Option<A::Message> {
        let (message, waker) = self.lane.lock().leave(ticket);
        drop_waker(waker);
        message
    }

    fn weak(self: Arc<Self>) -> WeakPost<A> {
        let post: Arc<dyn Post<A>> = self;
        WeakPost::Own(Arc::downgrade(&post))
    }

    fn any(self: Arc<Self>) -> Arc<dyn AnyMail> {
        self
    }
}
