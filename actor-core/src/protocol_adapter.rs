//! A protocol adapter: the mailbox of an actor, as seen by an address of a protocol. Each message
//! is boxed when it is sent. Knows no macro: it uses the traits of `actor/protocol_message.rs`.

use crate::actor::dispatch::{Dispatch, HandlerOutcome};
use crate::actor::protocol_message::{
    ActorMessages, DynProtocolMessage, GuardArguments, HandlerArgs, HasActorImpl,
    ImplementsProtocol, ProtocolDispatch, ProtocolFuture, ProtocolMessage,
};
use crate::actor::protocol_message::{
    BorrowingFuture, BoxFuture, LocalBox, LocalBoxFuture, SendBox, run_with_state,
};
use crate::actor::{Context, Life};
use crate::address::addr::Actor;
use crate::address::addr::Addr;
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::current::CurrentMessage;
use crate::cell::handle::{DynMailbox, Locked, TypedMailbox, WeakAdapter, WeakMailbox};
use crate::cell::header::Header;
use crate::cell::message::{Delivery, MessageInfo, Protocol};
use crate::sync::Arc;
use std::any::Any;
use std::marker::PhantomData;

/// Returns an address of the same actor for a protocol that it implements.
#[doc(hidden)]
pub fn adapt<A: HasActorImpl + ImplementsProtocol<P::Addr>, P: ProtocolDispatch<A> + Actor>(
    address: &Addr<A>,
) -> Addr<P> {
    let adapter = ProtocolAdapter { mailbox: address.shared(), protocol: PhantomData };
    adapter.mailbox.header().incr_strong();
    Addr::adopted(Arc::new(adapter))
}

/// A message of the protocol `P`, sent to an actor.
struct AdaptedMessage<P: Protocol>(P::Message);

impl<A: HasActorImpl + ImplementsProtocol<P::Addr>, P: ProtocolDispatch<A> + Actor>
    DynProtocolMessage<A> for AdaptedMessage<P>
{
    fn info(&self) -> MessageInfo<'_> {
        P::info(&self.0)
    }

    fn delivery(&self) -> Delivery {
        ProtocolAdapter::<A, P>::delivery(&self.0)
    }

    fn guard_holds(&self, actor: &A) -> bool {
        let name = P::info(&self.0).name;
        P::with_arguments(&self.0, |all| {
            <A as ImplementsProtocol<P::Addr>>::guard_holds(
                actor,
                name,
                &mut GuardArguments::new(all),
            )
        })
    }

    fn handle_sync(
        self: Box<Self>,
        actor: &mut Option<A>,
        context: &Context<A>,
    ) -> HandlerOutcome<ProtocolMessage<A>> {
        if P::is_async(&self.0) {
            return HandlerOutcome::NeedsAsync(ProtocolMessage(self));
        }
        match P::handle_sync(actor, self.0, context) {
            HandlerOutcome::StartFailed(text) => HandlerOutcome::StartFailed(text),
            HandlerOutcome::Ended(exit) => HandlerOutcome::Ended(exit),
            HandlerOutcome::Aborted => HandlerOutcome::Aborted,
            HandlerOutcome::Done | HandlerOutcome::NeedsAsync(_) => HandlerOutcome::Done,
        }
    }

    fn handle_async<'a>(
        self: Box<Self>,
        actor: &'a mut Option<A>,
        context: &'a Context<A>,
    ) -> ProtocolFuture<BorrowingFuture<'a, A>> {
        if P::is_async(&self.0) {
            ProtocolFuture::Running(A::handle_boxed(HandlerArgs {
                actor,
                message: self.0,
                context,
            }))
        } else {
            ProtocolFuture::Ready(P::handle_sync(actor, self.0, context))
        }
    }

    fn handle_owned(
        self: Box<Self>,
        life: Life<A>,
        handling: CurrentMessage,
    ) -> BoxFuture<'static, Life<A>>
    where
        A: Dispatch<FutureBox = SendBox> + Send,
    {
        Box::pin(run_with_state::<A, P>(life, self.0, handling))
    }

    fn handle_owned_local(
        self: Box<Self>,
        life: Life<A>,
        handling: CurrentMessage,
    ) -> LocalBoxFuture<'static, Life<A>>
    where
        A: Dispatch<FutureBox = LocalBox>,
    {
        Box::pin(run_with_state::<A, P>(life, self.0, handling))
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

struct ProtocolAdapter<A: Dispatch, P> {
    mailbox: Arc<dyn TypedMailbox<A>>,
    protocol: PhantomData<fn() -> P>,
}

impl<A: HasActorImpl + ImplementsProtocol<P::Addr>, P: ProtocolDispatch<A> + Actor>
    ProtocolAdapter<A, P>
{
    /// Returns the delivery options of the message, from the actor's impl of the trait.
    fn delivery(message: &P::Message) -> Delivery {
        <A as ImplementsProtocol<P::Addr>>::delivery(P::info(message).name)
    }

    fn wrap(message: P::Message) -> A::Message {
        A::Message::from_protocol(ProtocolMessage(Box::new(AdaptedMessage::<P>(message))))
    }

    /// Unwraps a message that this adapter has wrapped.
    fn unwrap(message: A::Message) -> P::Message {
        let protocol_message = message
            .into_protocol()
            .and_then(|ProtocolMessage(message)| message.into_any().downcast().ok());
        let AdaptedMessage::<P>(message) =
            *protocol_message.expect("a mailbox gives back the message it was given");
        message
    }
}

impl<A: HasActorImpl + ImplementsProtocol<P::Addr>, P: ProtocolDispatch<A> + Actor> DynMailbox
    for ProtocolAdapter<A, P>
{
    fn untyped(&self) -> &dyn DynMailbox {
        self
    }

    fn header(&self) -> &Header {
        self.mailbox.header()
    }

    fn lock(&self) -> Locked<'_> {
        self.mailbox.lock()
    }

    fn drop_side_message(&self, place: usize) {
        self.mailbox.drop_side_message(place);
    }

    fn close(&self) {
        self.mailbox.close();
    }

    fn has_one_taker(&self) -> bool {
        self.mailbox.has_one_taker()
    }

    fn kill(&self) {
        self.mailbox.kill();
    }

    fn on_unreferenced(&self) {
        self.mailbox.on_unreferenced();
    }
}

impl<A: HasActorImpl + ImplementsProtocol<P::Addr>, P: ProtocolDispatch<A> + Actor> TypedMailbox<P>
    for ProtocolAdapter<A, P>
{
    fn push(
        &self,
        message: &mut Option<P::Message>,
        delivery: Option<Delivery>,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        let delivery = delivery.or_else(|| message.as_ref().map(Self::delivery));
        let mut wrapped = message.take().map(Self::wrap);
        let pushed = self.mailbox.push(&mut wrapped, delivery, wait);
        *message = wrapped.map(Self::unwrap);
        pushed
    }

    fn leave(&self, ticket: Ticket) -> Option<P::Message> {
        self.mailbox.leave(ticket).map(Self::unwrap)
    }

    fn resize(&self, size: usize) -> bool {
        self.mailbox.resize(size)
    }

    fn weak(self: Arc<Self>) -> WeakMailbox<P> {
        let mailbox = self.mailbox.clone().weak();
        WeakMailbox::Adapter(Arc::new(WeakProtocolAdapter { mailbox }))
    }

    fn any(self: Arc<Self>) -> Arc<dyn DynMailbox> {
        self.mailbox.clone().any()
    }
}

struct WeakProtocolAdapter<A> {
    mailbox: WeakMailbox<A>,
}

impl<A: HasActorImpl + ImplementsProtocol<P::Addr>, P: ProtocolDispatch<A> + Actor> WeakAdapter<P>
    for WeakProtocolAdapter<A>
{
    fn upgrade(&self) -> Option<Arc<dyn TypedMailbox<P>>> {
        let adapter = ProtocolAdapter { mailbox: self.mailbox.upgrade()?, protocol: PhantomData };
        Some(Arc::new(adapter))
    }
}
