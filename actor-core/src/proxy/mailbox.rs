//! The mailbox of a proxy, as seen by an address of its protocol. The messages have the same type, so
//! nothing is wrapped.

use super::Proxy;
use super::actor::ProxyActor;
use super::control::Shared;
use crate::address::actor::Actor;
use crate::address::addr::Addr;
use crate::cell::handle::{AnyMail, Post, WeakAdapter, WeakPost, contain};
use crate::cell::header::Core;
use crate::cell::message::{Delivery, Protocol};
use crate::cell::queue::{Refused, Ticket, Wait};
use crate::cell::state::Seat;
use crate::sync::Arc;

struct Front<P: Protocol + Actor, R: Proxy<P>> {
    post: Arc<dyn Post<ProxyActor<P, R>>>,
    shared: Arc<Shared>,
}

/// The address of a proxy, for its callers.
pub(super) fn front<P: Protocol + Actor, R: Proxy<P>>(
    address: &Addr<ProxyActor<P, R>>,
    shared: Arc<Shared>,
) -> Addr<P> {
    let front = Front { post: address.shared(), shared };
    front.post.core().keep();
    Addr::adopted(Arc::new(front))
}

impl<P: Protocol + Actor, R: Proxy<P>> AnyMail for Front<P, R> {
    fn untyped(&self) -> &dyn AnyMail {
        self
    }

    fn core(&self) -> &Core {
        self.post.core()
    }

    fn with(&self, look: &mut dyn FnMut(&mut Seat, u64)) {
        self.post.with(look);
    }

    fn settle(&self, look: &mut dyn FnMut(&mut Seat) -> bool) {
        self.post.settle(look);
    }

    fn discard_queued(&self) {
        self.post.discard_queued();
    }

    fn drop_apart(&self, place: usize) {
        self.post.drop_apart(place);
    }

    fn close(&self) {
        self.shared.stop();
        self.post.close();
    }

    fn with_room_wanted(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut Seat)) {
        self.post.with_room_wanted(ticket, look);
    }

    fn kill(&self) {
        match self.shared.on_kill() {
            Some(on_kill) => contain(self, "kill", &mut || on_kill()),
            None => self.post.kill(),
        }
    }

    fn forsaken(&self) {
        self.post.forsaken();
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> Post<P> for Front<P, R> {
    fn push(
        &self,
        message: &mut Option<P::Message>,
        delivery: Option<Delivery>,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused> {
        if self.shared.is_revoked() {
            return Err(Refused::Stopped);
        }
        let delivery = delivery.map(|delivery| Delivery { guarded: false, ..delivery });
        self.post.push(message, delivery, wait)
    }

    fn leave(&self, ticket: Ticket) -> Option<P::Message> {
        self.post.leave(ticket)
    }

    fn weak(self: Arc<Self>) -> WeakPost<P> {
        let post = self.post.clone().weak();
        WeakPost::Adapter(Arc::new(WeakFront { post, shared: self.shared.clone() }))
    }

    // The mailbox itself, which lives as long as its actor.
    fn any(self: Arc<Self>) -> Arc<dyn AnyMail> {
        self.post.clone().any()
    }
}

struct WeakFront<P: Protocol + Actor, R: Proxy<P>> {
    post: WeakPost<ProxyActor<P, R>>,
    shared: Arc<Shared>,
}

impl<P: Protocol + Actor, R: Proxy<P>> WeakAdapter<P> for WeakFront<P, R> {
    fn upgrade(&self) -> Option<Arc<dyn Post<P>>> {
        let front = Front { post: self.post.upgrade()?, shared: self.shared.clone() };
        Some(Arc::new(front))
    }
}
