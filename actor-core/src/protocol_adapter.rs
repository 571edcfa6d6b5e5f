//! A protocol adapter: the mailbox of an actor, as seen by an address of a protocol. Each message
//! is boxed on the way in. Knows no macro: it uses the traits of `actor/protocol_message.rs`.

use crate::actor::dispatch::{Dispatch, Flow};
use crate::actor::lender::{Borrowing, Here, Sending, Sent, Staying, lent};
use crate::actor::protocol_message::{
    Arguments, Envelope, Foreign, HasBlock, Later, Letter, Loan, Serve, Serves,
};
use crate::actor::{Context, Life};
use crate::address::actor::Actor;
use crate::address::addr::Addr;
use crate::cell::current::Handling;
use crate::cell::handle::{AnyMail, Post, WeakAdapter, WeakPost};
use crate::cell::header::Core;
use crate::cell::message::{Label, Protocol, Way};
use crate::cell::queue::{Refused, Ticket, Wait};
use crate::cell::state::Seat;
use crate::sync::Arc;
use std::any::Any;
use std::marker::PhantomData;

/// The same actor, addressed through a protocol that it implements.
#[doc(hidden)]
pub fn adapt<A: HasBlock + Serves<P::Addr>, P: Serve<A> + Actor>(address: &Addr<A>) -> Addr<P> {
    let adapter = ProtocolAdapter { post: address.shared(), protocol: PhantomData };
    adapter.post.core().keep();
    Addr::adopted(Arc::new(adapter))
}

/// A message of the protocol `P`, sent to an actor.
struct AdaptedMessage<P: Protocol>(P::Message);

impl<A: HasBlock + Serves<P::Addr>, P: Serve<A> + Actor> Letter<A> for AdaptedMessage<P> {
    fn label(&self) -> Label<'_> {
        P::label(&self.0)
    }

    fn way(&self) -> Way {
        ProtocolAdapter::<A, P>::way(&self.0)
    }

    fn ready(&self, actor: &A) -> bool {
        let name = P::label(&self.0).name;
        P::show(&self.0, |all| {
            <A as Serves<P::Addr>>::is_open(actor, name, &mut Arguments::new(all))
        })
    }

    fn now(self: Box<Self>, actor: &mut Option<A>, context: &Context<A>) -> Flow<Foreign<A>> {
        if P::is_later(&self.0) {
            return Flow::Lend(Foreign(self));
        }
        match P::now(actor, self.0, context) {
            Flow::Failed(text) => Flow::Failed(text),
            Flow::Ended(exit) => Flow::Ended(exit),
            Flow::Done | Flow::Lend(_) => Flow::Done,
        }
    }

    fn later<'a>(
        self: Box<Self>,
        actor: &'a mut Option<A>,
        context: &'a Context<A>,
    ) -> Later<Borrowing<'a, A>> {
        if P::is_later(&self.0) {
            Later::Lent(A::lend(Loan { actor, message: self.0, context }))
        } else {
            Later::Now(P::now(actor, self.0, context))
        }
    }

    fn lend(self: Box<Self>, life: Life<A>, handling: Handling) -> Sending<'static, Life<A>>
    where
        A: Dispatch<Boxing = Sent> + Send,
    {
        Box::pin(lent::<A, P>(life, self.0, handling))
    }

    fn lend_here(self: Box<Self>, life: Life<A>, handling: Handling) -> Staying<'static, Life<A>>
    where
        A: Dispatch<Boxing = Here>,
    {
        Box::pin(lent::<A, P>(life, self.0, handling))
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

struct ProtocolAdapter<A: Dispatch, P> {
    post: Arc<dyn Post<A>>,
    protocol: PhantomData<fn() -> P>,
}

impl<A: HasBlock + Serves<P::Addr>, P: Serve<A> + Actor> ProtocolAdapter<A, P> {
    /// The delivery options of the message, from the actor's impl of the trait.
    fn way(message: &P::Message) -> Way {
        <A as Serves<P::Addr>>::way(P::label(message).name)
    }

    fn wrap(message: P::Message) -> A::Message {
        A::Message::wrap(Foreign(Box::new(AdaptedMessage::<P>(message))))
    }

    /// Unwraps a message that this adapter has wrapped.
    fn unwrap(message: A::Message) -> P::Message {
        let foreign =
            message.unwrap().and_then(|Foreign(letter)| letter.into_any().downcast().ok());
        let AdaptedMessage::<P>(message) =
            *foreign.expect("a mailbox gives back the message it was given");
        message
    }
}

impl<A: HasBlock + Serves<P::Addr>, P: Serve<A> + Actor> AnyMail for ProtocolAdapter<A, P> {
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

    fn drop_apart(&self, place: usize) {
        self.post.drop_apart(place);
    }

    fn close(&self) {
        self.post.close();
    }

    fn with_room_wanted(&self, ticket: Option<Ticket>, look: &mut dyn FnMut(&mut Seat)) {
        self.post.with_room_wanted(ticket, look);
    }

    fn kill(&self) {
        self.post.kill();
    }

    fn forsaken(&self) {
        self.post.forsaken();
    }
}

impl<A: HasBlock + Serves<P::Addr>, P: Serve<A> + Actor> Post<P> for ProtocolAdapter<A, P> {
    fn push(
        &self,
        message: &mut Option<P::Message>,
        way: Option<Way>,
        wait: Wait<'_>,
    ) -> Result<Option<Ticket>, Refused> {
        let way = way.or_else(|| message.as_ref().map(Self::way));
        let mut wrapped = message.take().map(Self::wrap);
        let pushed = self.post.push(&mut wrapped, way, wait);
        *message = wrapped.map(Self::unwrap);
        pushed
    }

    fn leave(&self, ticket: Ticket) -> Option<P::Message> {
        self.post.leave(ticket).map(Self::unwrap)
    }

    fn resize(&self, size: usize) -> bool {
        self.post.resize(size)
    }

    fn weak(self: Arc<Self>) -> WeakPost<P> {
        let post = self.post.clone().weak();
        WeakPost::Adapter(Arc::new(WeakProtocolAdapter { post }))
    }

    fn any(self: Arc<Self>) -> Arc<dyn AnyMail> {
        self.post.clone().any()
    }
}

struct WeakProtocolAdapter<A> {
    post: WeakPost<A>,
}

impl<A: HasBlock + Serves<P::Addr>, P: Serve<A> + Actor> WeakAdapter<P> for WeakProtocolAdapter<A> {
    fn upgrade(&self) -> Option<Arc<dyn Post<P>>> {
        let adapter = ProtocolAdapter { post: self.post.upgrade()?, protocol: PhantomData };
        Some(Arc::new(adapter))
    }
}
