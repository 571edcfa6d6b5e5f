//! The mailbox of one actor: the state behind its lock, and every way in. Knows no handlers.

mod taking;
mod untyped;

#[cfg(test)]
use super::deadlock::detector;
use super::handle::{
    DynMailbox, TypedMailbox, WeakMailbox, discard_unreported, schedule, throw_away, wake_all,
};
use super::header::Header;
use super::mailbox_state::MailboxState;
use super::queue::{OnFull, PushError, Ticket};
use super::state::CellState;
use crate::cell::message::Delivery;
use crate::cell::message::Protocol;
use crate::sync::{Arc, Mutex, MutexGuard};
use crate::waking::drop_waker;

pub(crate) struct Mailbox<A: Protocol> {
    pub(crate) header: Header,
    state: Mutex<MailboxState<A::Message>>,
}

impl<A: Protocol> Mailbox<A> {
    pub(crate) fn new(header: Header) -> Self {
        Mailbox { header, state: Mutex::new(MailboxState::new(CellState::default())) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, MailboxState<A::Message>> {
        self.state.lock()
    }

    /// Drops one message that will not be handled.
    pub(crate) fn throw_away(&self, message: A::Message) {
        throw_away::<A>(self, message);
    }
}

impl<A: Protocol> DynMailbox for Mailbox<A> {
    fn untyped(&self) -> &dyn DynMailbox {
        self
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn with(&self, look: &mut dyn FnMut(&mut CellState, u64)) {
        let mut locked = self.state.lock();
        let seq = locked.cell.accepted();
        look(&mut locked.cell, seq);
    }

    fn settle(&self, look: &mut dyn FnMut(&mut CellState) -> bool) {
        let mut locked = self.state.lock();
        let admitted = locked.admit_waiters(&self.header);
        if look(&mut locked.cell) {
            locked.release_burst();
        }
        drop(locked);
        #[cfg(test)]
        if admitted.as_ref().is_some_and(|admitted| !admitted.is_empty()) {
            let point = detector::failpoints::Failpoint::WaitersAdmitted(self.header.number);
            detector::failpoints::reached(self.header.system.id, point);
        }
        wake_all(admitted);
    }

    fn discard_queued(&self) {
        self.discard();
    }

    fn drop_side_message(&self, slot: usize) {
        let mut message = self.state.lock().take_side_message(slot);
        discard_unreported(self, "", &mut message);
    }

    fn with_room_wanted(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut CellState)) {
        self.untyped().with_certain(ticket, look);
    }
}

impl<A: Protocol> TypedMailbox<A> for Mailbox<A> {
    fn push(
        &self,
        message: &mut Option<A::Message>,
        delivery: Option<Delivery>,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        self.header.on_external_access();
        let delivery = match (delivery, &*message) {
            (Some(delivery), _) => delivery,
            (None, Some(message)) => A::delivery(message),
            (None, None) => return Ok(None),
        };
        let mut locked = self.state.lock();
        let ticket = locked.push(message, &self.header, delivery, wait)?;
        let task = if ticket.is_none() { locked.cell.take_idle() } else { None };
        drop(locked);
        schedule(&self.header, task);
        Ok(ticket)
    }

    fn leave(&self, ticket: Ticket) -> Option<A::Message> {
        let (message, waker) = self.state.lock().leave(ticket);
        drop_waker(waker);
        message
    }

    fn weak(self: Arc<Self>) -> WeakMailbox<A> {
        let mailbox: Arc<dyn TypedMailbox<A>> = self;
        WeakMailbox::Own(Arc::downgrade(&mailbox))
    }

    fn any(self: Arc<Self>) -> Arc<dyn DynMailbox> {
        self
    }
}
