//! The mailbox of a proxy, as seen by an address of its protocol. The messages have the same type, so
//! nothing is wrapped.

use super::Proxy;
use super::actor::ProxyActor;
use super::control::Shared;
use crate::address::actor::Actor;
use crate::address::addr::Addr;
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::handle::{
    DynMailbox, Locked, TypedMailbox, WeakAdapter, WeakMailbox, catch_and_report,
};
use crate::cell::header::Header;
use crate::cell::message::{Delivery, Protocol};
use crate::sync::Arc;

struct Front<P: Protocol + Actor, R: Proxy<P>> {
    mailbox: Arc<dyn TypedMailbox<ProxyActor<P, R>>>,
    shared: Arc<Shared>,
}

/// Returns the address of a proxy for its callers.
pub(super) fn front<P: Protocol + Actor, R: Proxy<P>>(
    address: &Addr<ProxyActor<P, R>>,
    shared: Arc<Shared>,
) -> Addr<P> {
    let front = Front { mailbox: address.shared(), shared };
    front.mailbox.header().incr_strong();
    Addr::adopted(Arc::new(front))
}

impl<P: Protocol + Actor, R: Proxy<P>> DynMailbox for Front<P, R> {
    fn untyped(&self) -> &dyn DynMailbox {
        self
    }

    fn header(&self) -> &Header {
        self.mailbox.header()
    }

    fn lock(&self) -> Locked<'_> {
        self.mailbox.lock()
    }

    fn discard_queued(&self) {
        self.mailbox.discard_queued();
    }

    fn drop_side_message(&self, place: usize) {
        self.mailbox.drop_side_message(place);
    }

    fn close(&self) {
        self.shared.stop();
        self.mailbox.close();
    }

    fn has_one_taker(&self) -> bool {
        self.mailbox.has_one_taker()
    }

    fn kill(&self) {
        match self.shared.on_kill() {
            Some(on_kill) => catch_and_report(self, "kill", &mut || on_kill()),
            None => self.mailbox.kill(),
        }
    }

    fn on_unreferenced(&self) {
        self.mailbox.on_unreferenced();
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> TypedMailbox<P> for Front<P, R> {
    fn push(
        &self,
        message: &mut Option<P::Message>,
        delivery: Option<Delivery>,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        if self.shared.is_revoked() {
            return Err(PushError::Closed);
        }
        let delivery = delivery.map(|delivery| Delivery { guarded: false, ..delivery });
        self.mailbox.push(message, delivery, wait)
    }

    fn leave(&self, ticket: Ticket) -> Option<P::Message> {
        self.mailbox.leave(ticket)
    }

    fn weak(self: Arc<Self>) -> WeakMailbox<P> {
        let mailbox = self.mailbox.clone().weak();
        WeakMailbox::Adapter(Arc::new(WeakFront { mailbox, shared: self.shared.clone() }))
    }

    // The mailbox itself, which lives as long as its actor.
    fn any(self: Arc<Self>) -> Arc<dyn DynMailbox> {
        self.mailbox.clone().any()
    }
}

struct WeakFront<P: Protocol + Actor, R: Proxy<P>> {
    mailbox: WeakMailbox<ProxyActor<P, R>>,
    shared: Arc<Shared>,
}

impl<P: Protocol + Actor, R: Proxy<P>> WeakAdapter<P> for WeakFront<P, R> {
    fn upgrade(&self) -> Option<Arc<dyn TypedMailbox<P>>> {
        let front = Front { mailbox: self.mailbox.upgrade()?, shared: self.shared.clone() };
        Some(Arc::new(front))
    }
}
