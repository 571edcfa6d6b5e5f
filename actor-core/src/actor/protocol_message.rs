//! Protocol messages: how an address of a protocol puts them into the mailbox of an actor, and how
//! their handlers access the state. The address holds an adapter of the mailbox ([`adapt`]), which
//! boxes each message when it is sent. The future of an async handler is boxed too, and borrows the
//! state while it runs.
//!
//! An actor without protocols pays only for one variant of its message enum.

use super::actor_task::HandlerFuture;
use super::context::Context;
use super::dispatch::{Dispatch, HandlerOutcome};
use super::spawn::Life;
use crate::address::addr::{Actor, Addr, TypedAddr};
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::current::CurrentMessage;
use crate::cell::handle::{DynMailbox, Locked, TypedMailbox, WeakAdapter, WeakMailbox};
use crate::cell::header::Header;
use crate::cell::message::{Delivery, MessageInfo, Protocol};
use crate::sync::Arc;
#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::telemetry::{HandlerSpan, Instrumented};
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

/// A protocol message, in the message enum of the handling actor.
#[doc(hidden)]
pub struct ProtocolMessage<A>(pub(crate) Box<dyn DynProtocolMessage<A>>);

/// A message of some protocol that `A` implements, without the type of the protocol. Compiled only
/// for actors that implement one.
pub(crate) trait DynProtocolMessage<A>: Send {
    fn info(&self) -> MessageInfo<'_>;
    /// Returns the delivery options. Runs no user code.
    fn delivery(&self) -> Delivery;
    /// Evaluates the guard of the message.
    fn guard_holds(&self, actor: &A) -> bool
    where
        A: Dispatch;
    /// Runs the message in an actor without async handlers. Returns the message if its handler is
    /// async.
    fn handle_sync(
        self: Box<Self>,
        actor: &mut Option<A>,
        context: &Context<A>,
    ) -> HandlerOutcome<ProtocolMessage<A>>
    where
        A: Dispatch;
    /// Runs the message in an actor with async handlers.
    fn handle_async<'a>(
        self: Box<Self>,
        actor: &'a mut Option<A>,
        context: &'a Context<A>,
    ) -> ProtocolFuture<BorrowingFuture<'a, A>>
    where
        A: Dispatch;
    /// Runs a message that `handle_sync` returned, in an actor without async handlers.
    fn handle_owned(
        self: Box<Self>,
        life: Life<A>,
        begun: BegunMessage,
    ) -> BoxFuture<'static, Life<A>>
    where
        A: Dispatch<FutureBox = SendBox> + Send;
    /// Handles the message like [`handle_owned`](Self::handle_owned), for a `local` actor.
    fn handle_owned_local(
        self: Box<Self>,
        life: Life<A>,
        begun: BegunMessage,
    ) -> LocalBoxFuture<'static, Life<A>>
    where
        A: Dispatch<FutureBox = LocalBox>;
    /// Returns the message itself, to be downcast.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// The message enum of an actor, which also contains protocol messages. Implemented by `#[actor]`
/// on the actor's inherent impl.
#[doc(hidden)]
pub trait ActorMessages<A>: Sized {
    /// Wraps a protocol message in the enum.
    fn from_protocol(protocol_message: ProtocolMessage<A>) -> Self;

    /// Returns the protocol message, if the enum contains one.
    fn into_protocol(self) -> Option<ProtocolMessage<A>>;
}

/// An actor with an inherent `#[actor] impl`, which the impl of a protocol requires.
#[doc(hidden)]
pub trait HasActorImpl: Dispatch<Message: ActorMessages<Self>> {}

#[diagnostic::do_not_recommend]
impl<A: Dispatch<Message: ActorMessages<A>>> HasActorImpl for A {}

/// Names `T` by way of an address type: if the address has no such name, the compiler reports only that, and does not
/// check the impl whose head contains this type.
#[doc(hidden)]
pub trait Named<T> {
    type Type;
}

impl<Addr, T> Named<T> for Addr {
    type Type = T;
}

/// Converts addresses of actors to addresses of protocols.
#[doc(hidden)]
#[derive(Debug)]
pub struct AddrConversion;

/// The conversion of the address `A` to the protocol address `G`, from which `From` is implemented. A
/// missing conversion is therefore reported with the text below. Implemented by `#[actor]` on the
/// impl of a trait.
///
/// `Self` is neither of the addresses, because the compiler prefers the error of `From` or `Into` to
/// the error of a trait with the same `Self`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` cannot be converted to `{G}`",
    label = "write `#[actor]` on the `impl` of the protocol for this actor",
    note = "`#[actor] impl Greeter for Robot` generates the conversion of `RobotAddr` to `GreeterAddr`"
)]
pub trait Converts<A, G: TypedAddr> {
    fn convert(address: A) -> Addr<G::Actor>;
}

#[diagnostic::do_not_recommend]
impl<G: TypedAddr> Converts<Addr<G::Actor>, G> for AddrConversion {
    fn convert(address: Addr<G::Actor>) -> Addr<G::Actor> {
        address
    }
}

/// How implementors of a protocol's trait run its messages. Implemented by `#[actor]` on the trait.
#[doc(hidden)]
pub trait ProtocolDispatch<A: Dispatch>: Protocol {
    /// Passes the message's arguments to `ask`, for a guard of the actor's impl.
    fn with_arguments(message: &Self::Message, ask: impl FnOnce(&[&dyn Any]) -> bool) -> bool;

    /// Returns whether the handler of this message is async.
    fn is_async(_: &Self::Message) -> bool {
        false
    }

    /// Runs a message whose handler is sync.
    fn handle_sync(
        actor: &mut Option<A>,
        message: Self::Message,
        context: &Context<A>,
    ) -> HandlerOutcome;

    /// Runs a message whose handler is async. If `_aborts` is set, the handler is dropped when its
    /// caller has left.
    fn handle_async(
        actor: &mut Option<A>,
        message: Self::Message,
        context: &Context<A>,
        _aborts: bool,
    ) -> impl Future<Output = HandlerOutcome> {
        let outcome = Self::handle_sync(actor, message, context);
        async move { outcome }
    }
}

/// An actor that implements the protocol of the address `G`. Implemented by `#[actor]` on its impl
/// of the trait. The requirement of an inherent block is checked by each user of this trait, and
/// not by the trait itself, so that a missing block causes no error in the head of that impl.
#[doc(hidden)]
pub trait ImplementsProtocol<G: TypedAddr>: Sized {
    /// Boxes [`handle_borrowing`] on the concrete actor, where `Send` can be proved.
    fn handle_boxed(args: HandlerArgs<'_, Self, G::Actor>) -> BorrowingFuture<'_, Self>
    where
        Self: HasActorImpl,
        G::Actor: ProtocolDispatch<Self>;

    /// Returns the delivery options of a message with this name, from the settings on its handler.
    fn delivery(_name: &str) -> Delivery {
        Delivery::ORDINARY
    }

    /// Returns whether the handler of a message with this name is dropped when its caller has left.
    fn aborts(_name: &str) -> bool {
        false
    }

    /// Evaluates the guard of a message with this name, if it has one.
    fn guard_holds(&self, _name: &str, _arguments: &mut GuardArguments<'_>) -> bool {
        true
    }
}

/// The guard of an actor for one message of the protocol of `G`, the `N`th guarded one. Implemented
/// by `#[actor]` on its impl of the trait.
///
/// The guard is next to that impl instead of inside it, and takes its arguments in the order of the
/// message: a mismatch with the trait is then reported only for the handler.
#[doc(hidden)]
pub trait ProtocolGuard<G, const N: usize> {
    /// Returns whether the message may be handled now.
    fn guard_holds(&self, arguments: &mut GuardArguments<'_>) -> bool;
}

/// The arguments of a message, for its guard.
#[doc(hidden)]
#[derive(Debug)]
pub struct GuardArguments<'a>(std::slice::Iter<'a, &'a dyn Any>);

impl<'a> GuardArguments<'a> {
    pub(crate) fn new(arguments: &'a [&'a dyn Any]) -> Self {
        GuardArguments(arguments.iter())
    }

    /// Returns the next argument.
    ///
    /// # Panics
    /// If the impl names a `Reply` or a context through an alias, and so treats it as an argument
    /// of the sender.
    pub fn take<T: 'static>(&mut self) -> &'a T {
        let found = self.0.next().and_then(|argument| argument.downcast_ref());
        found.expect("a handler with `when` names the types of its arguments as the trait does")
    }
}

/// The data of a handler that borrows the state.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "on its way between generated code and ours")]
pub struct HandlerArgs<'a, A: Dispatch, P: Protocol> {
    pub(crate) actor: &'a mut Option<A>,
    pub(crate) message: P::Message,
    pub(crate) context: &'a Context<A>,
}

/// Runs the handler of a message that borrows the state.
#[doc(hidden)]
pub fn handle_borrowing<'a, A: Dispatch, P: ProtocolDispatch<A>>(
    args: HandlerArgs<'a, A, P>,
    aborts: fn(&str) -> bool,
) -> impl Future<Output = HandlerOutcome> + use<'a, A, P> {
    let aborts = aborts(P::info(&args.message).name);
    P::handle_async(args.actor, args.message, args.context, aborts)
}

impl<A> ProtocolMessage<A> {
    /// Returns the information that the run loop needs.
    pub fn info(&self) -> MessageInfo<'_> {
        self.0.info()
    }

    /// Returns the delivery options.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery()
    }

    /// Evaluates the guard of the message.
    pub fn guard_holds(&self, actor: &A) -> bool
    where
        A: Dispatch,
    {
        self.0.guard_holds(actor)
    }

    /// Runs the message in an actor without async handlers. Returns the message if its handler is
    /// async.
    pub fn handle_sync(
        self,
        actor: &mut Option<A>,
        context: &Context<A>,
    ) -> HandlerOutcome<ProtocolMessage<A>>
    where
        A: Dispatch,
    {
        self.0.handle_sync(actor, context)
    }

    /// Runs the message in an actor with async handlers.
    pub fn handle_async<'a>(
        self,
        actor: &'a mut Option<A>,
        context: &'a Context<A>,
    ) -> ProtocolFuture<BorrowingFuture<'a, A>>
    where
        A: Dispatch,
    {
        self.0.handle_async(actor, context)
    }
}

impl<A> fmt::Debug for ProtocolMessage<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().name)
    }
}

/// A running protocol message in an actor with async handlers.
#[doc(hidden)]
#[derive(Debug)]
pub enum ProtocolFuture<F> {
    /// The outcome of a sync handler.
    Ready(HandlerOutcome),
    /// An async handler, which borrows the state.
    Running(F),
}

impl<F: Future<Output = HandlerOutcome> + Unpin> Future for ProtocolFuture<F> {
    type Output = HandlerOutcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<HandlerOutcome> {
        match self.get_mut() {
            ProtocolFuture::Ready(outcome) => {
                Poll::Ready(std::mem::replace(outcome, HandlerOutcome::Done))
            }
            ProtocolFuture::Running(future) => Pin::new(future).poll(cx),
        }
    }
}

/// A boxed future that may be sent between threads.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A boxed future that stays on its thread.
pub(crate) type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// How futures are boxed: [`SendBox`] or [`LocalBox`].
#[doc(hidden)]
pub trait FutureBox: 'static {
    /// A boxed future with the output `T`.
    type Boxed<'a, T: 'a>: Future<Output = T> + Unpin + 'a;
}

/// An actor that is sent between threads.
#[doc(hidden)]
#[derive(Debug)]
pub enum SendBox {}

impl FutureBox for SendBox {
    type Boxed<'a, T: 'a> = BoxFuture<'a, T>;
}

/// An actor that stays on its thread.
#[doc(hidden)]
#[derive(Debug)]
pub enum LocalBox {}

impl FutureBox for LocalBox {
    type Boxed<'a, T: 'a> = LocalBoxFuture<'a, T>;
}

/// A handler that has borrowed the state of an `A`, with the output `T`.
#[doc(hidden)]
pub type BorrowingFuture<'a, A, T = HandlerOutcome> =
    <<A as Dispatch>::FutureBox as FutureBox>::Boxed<'a, T>;

/// How an actor without async handlers lends its state to an async handler of a protocol.
pub(crate) trait LendState<A: Dispatch>: FutureBox {
    fn lend(
        message: Box<dyn DynProtocolMessage<A>>,
        life: Life<A>,
        begun: BegunMessage,
    ) -> Self::Boxed<'static, Life<A>>;
}

impl<A: Dispatch<FutureBox = SendBox> + Send> LendState<A> for SendBox {
    fn lend(
        message: Box<dyn DynProtocolMessage<A>>,
        life: Life<A>,
        begun: BegunMessage,
    ) -> BoxFuture<'static, Life<A>> {
        message.handle_owned(life, begun)
    }
}

impl<A: Dispatch<FutureBox = LocalBox>> LendState<A> for LocalBox {
    fn lend(
        message: Box<dyn DynProtocolMessage<A>>,
        life: Life<A>,
        begun: BegunMessage,
    ) -> LocalBoxFuture<'static, Life<A>> {
        message.handle_owned_local(life, begun)
    }
}

/// A message that an actor without async handlers has begun to handle.
pub(crate) struct BegunMessage {
    pub(crate) handling: CurrentMessage,
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) span: Option<HandlerSpan>,
}

/// Runs the handler of a message with a borrowed state, and returns the state.
pub(crate) async fn run_with_state<A, P>(
    mut life: Life<A>,
    message: P::Message,
    begun: BegunMessage,
) -> Life<A>
where
    A: HasActorImpl + ImplementsProtocol<P::Addr>,
    P: ProtocolDispatch<A> + Actor,
{
    let context = life.run_loop.context().clone_ref();
    let future =
        A::handle_boxed(HandlerArgs { actor: &mut life.state, message, context: &context });
    let handler = HandlerFuture::new(future, &context.mailbox.header, begun.handling);
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    let handler = Instrumented::new(handler, begun.span);
    let outcome = handler.await;
    context.mailbox.header.set_never_pended(true);
    life.run_loop.on_outcome(outcome, begun.handling);
    life
}

/// Selects how handlers of `A` that borrow the state are boxed. Method resolution finds the `boxed`
/// that needs the fewest references: as a [`SendBox`] if possible, otherwise as a [`LocalBox`].
#[doc(hidden)]
#[derive(Debug)]
pub struct BoxProbe<A>(PhantomData<fn() -> A>);

impl<A> BoxProbe<A> {
    /// Creates a probe for `A`.
    #[expect(clippy::new_without_default, reason = "written by the macro, in this one way")]
    pub fn new() -> Self {
        BoxProbe(PhantomData)
    }
}

/// `A` can be sent between threads.
#[doc(hidden)]
pub trait ViaSend {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + Send + 'a>(
        &self,
        future: F,
    ) -> BoxFuture<'a, HandlerOutcome>;
}

impl<A: Dispatch<FutureBox = SendBox>> ViaSend for &&BoxProbe<A> {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + Send + 'a>(
        &self,
        future: F,
    ) -> BoxFuture<'a, HandlerOutcome> {
        Box::pin(future)
    }
}

/// `A` stays on its thread.
#[doc(hidden)]
pub trait ViaLocal {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + 'a>(
        &self,
        future: F,
    ) -> LocalBoxFuture<'a, HandlerOutcome>;
}

impl<A: Dispatch<FutureBox = LocalBox>> ViaLocal for &BoxProbe<A> {
    fn boxed<'a, F: Future<Output = HandlerOutcome> + 'a>(
        &self,
        future: F,
    ) -> LocalBoxFuture<'a, HandlerOutcome> {
        Box::pin(future)
    }
}

/// `A` has no inherent `#[actor] impl`. Another error reports this.
#[doc(hidden)]
pub trait ViaUnknown {
    fn boxed<F, L>(&self, _future: F) -> L {
        unreachable!("an actor without a block is no program")
    }
}

impl<A> ViaUnknown for BoxProbe<A> {}

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
        begun: BegunMessage,
    ) -> BoxFuture<'static, Life<A>>
    where
        A: Dispatch<FutureBox = SendBox> + Send,
    {
        Box::pin(run_with_state::<A, P>(life, self.0, begun))
    }

    fn handle_owned_local(
        self: Box<Self>,
        life: Life<A>,
        begun: BegunMessage,
    ) -> LocalBoxFuture<'static, Life<A>>
    where
        A: Dispatch<FutureBox = LocalBox>,
    {
        Box::pin(run_with_state::<A, P>(life, self.0, begun))
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
