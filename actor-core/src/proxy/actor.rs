//! The actor behind the address of a proxy, and its mailbox as that address sees it. The actor takes the
//! messages of the protocol, so nothing is wrapped, boxed or copied on the way in.

use super::control::{Order, Shared};
use super::{Cause, Proxy};
use crate::actor::dispatch::{Dispatch, HandlerOutcome, Hook, Hooks, Input};
use crate::actor::protocol_message::SendBox;
use crate::actor::{Context, Life, Runner, run_async};
use crate::address::addr::Actor;
use crate::address::addr::{Addr, TypedAddr};
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::deadlock::edge;
use crate::cell::handle::{
    DynMailbox, Locked, TypedMailbox, WeakAdapter, WeakMailbox, catch_and_report,
};
use crate::cell::header::{Header, Settings};
use crate::cell::message::{Delivery, MessageInfo, Protocol, SlotMut};
use crate::clock::Instant;
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts};
use crate::panics;
use crate::sync::Arc;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

pub struct ProxyActor<P, R> {
    proxy: R,
    shared: Arc<Shared>,
    /// Set once the exit of the proxy is known, so that no further one is requested.
    is_over: bool,
    protocol: PhantomData<fn() -> P>,
}

impl<P, R> ProxyActor<P, R> {
    pub(super) fn new(proxy: R, shared: Arc<Shared>) -> Self {
        ProxyActor { proxy, shared, is_over: false, protocol: PhantomData }
    }

    fn end(&mut self, exit: Exit) -> HandlerOutcome {
        self.is_over = true;
        HandlerOutcome::Ended(Box::new(exit))
    }

    /// Carries out the next order of the control.
    fn obey(&mut self) -> HandlerOutcome {
        match self.shared.take_order() {
            Some(Order::End(exit)) => self.end(exit),
            Some(Order::Release(token)) => {
                panics::contained(move || drop(token));
                HandlerOutcome::Done
            }
            None => HandlerOutcome::Done,
        }
    }

    /// Handles the end of an actor that is linked to the address, as any actor without `#[on_exit]` does.
    fn linked_exited(
        &mut self,
        id: ActorId,
        exit: Exit,
        mailbox: &dyn DynMailbox,
    ) -> HandlerOutcome {
        if exit.is_normal() {
            return HandlerOutcome::Done;
        }
        let message = format!("linked actor #{id} {exit}");
        let parts = FailureParts::of(mailbox, FailureKind::Linked, "", message);
        let failure = Failure::new(FailureParts { cause: Some(exit), ..parts });
        self.end(Exit::Failed(failure))
    }
}

impl<P, R> Drop for ProxyActor<P, R> {
    fn drop(&mut self) {
        let left = self.shared.close();
        panics::contained(move || drop(left));
    }
}

#[diagnostic::do_not_recommend]
impl<P: Protocol + Actor, R: Proxy<P>> Actor for ProxyActor<P, R> {
    type Addr = ProxyAddr<P, R>;
    const SETTINGS: Settings = Settings::new(P::SETTINGS.name);
}

#[diagnostic::do_not_recommend]
impl<P: Protocol + Actor, R: Proxy<P>> Dispatch for ProxyActor<P, R> {
    type Address = ProxyAddr<P, R>;
    type MessageEnum = P::Message;
    type FutureBox = SendBox;

    const HOOKS: Hooks = Hooks { start: false, stop: true, exit: true };

    fn info_of(message: &P::Message) -> MessageInfo<'_> {
        P::info(message)
    }

    fn slot_of(message: &mut P::Message) -> Option<SlotMut<'_>> {
        P::slot(message)
    }

    /// Returns the delivery options of the message, without its guard: the actor that handles the
    /// message evaluates it.
    fn delivery_of(message: &P::Message) -> Delivery {
        Delivery { guarded: false, ..P::delivery(message) }
    }

    /// Returns whether the message is to be forwarded: its caller, if it has one, has not left. The
    /// message counts as queued until another actor takes it, or `begin` is called.
    fn begins(info: &MessageInfo<'_>, _now: impl FnOnce() -> Instant) -> bool {
        info.reply.is_none_or(|call| !call.is_gone())
    }

    fn runner(life: Life<Self>) -> Runner {
        Runner::new_async(life.mailbox(), run_async(life))
    }

    async fn handle_async(
        actor: &mut Option<Self>,
        input: Input<P::Message>,
        context: &Context<Self>,
    ) -> HandlerOutcome {
        let Some(me) = actor else { return HandlerOutcome::Done };
        match input {
            Input::Message(message) => untracked(me.proxy.forward(message)).await,
            Input::Hook(Hook::Exited(exited)) => {
                let (id, exit) = *exited;
                return if id == context.id() {
                    me.obey()
                } else if me.shared.is_target(id) {
                    me.end(exit)
                } else {
                    me.linked_exited(id, exit, &**context.mailbox())
                };
            }
            Input::Hook(Hook::Stop(exit)) => {
                if exit.is_normal() && !me.is_over && !me.shared.is_revoked() {
                    let is_stopped = me.shared.is_stopped();
                    let cause = if is_stopped { Cause::Stop } else { Cause::Release };
                    let exit = untracked(me.proxy.closed(cause)).await;
                    return me.end(exit);
                }
            }
            Input::Hook(Hook::Start) => {}
        }
        HandlerOutcome::Done
    }
}

impl<P, R> fmt::Debug for ProxyActor<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").finish_non_exhaustive()
    }
}

pin_project! {
    /// A future whose waits leave no record for the deadlock detector. Another actor than the proxy
    /// answers its calls, so a cycle through the proxy need not be a deadlock.
    struct Unrecorded<F> {
        #[pin]
        future: F,
    }
}

fn untracked<F: Future>(future: F) -> Unrecorded<F> {
    Unrecorded { future }
}

impl<F: Future> Future for Unrecorded<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<F::Output> {
        let future = self.project().future;
        edge::untracked(|| future.poll(cx))
    }
}

/// The address of the actor behind a proxy, as the run loop sees it.
pub struct ProxyAddr<P: Protocol + Actor, R: Proxy<P>>(Addr<ProxyActor<P, R>>);

impl<P: Protocol + Actor, R: Proxy<P>> Clone for ProxyAddr<P, R> {
    fn clone(&self) -> Self {
        ProxyAddr(self.0.clone())
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> PartialEq for ProxyAddr<P, R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> Eq for ProxyAddr<P, R> {}

impl<P: Protocol + Actor, R: Proxy<P>> Hash for ProxyAddr<P, R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> fmt::Debug for ProxyAddr<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> Deref for ProxyAddr<P, R> {
    type Target = Addr<ProxyActor<P, R>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> AsRef<Addr<ProxyActor<P, R>>> for ProxyAddr<P, R> {
    fn as_ref(&self) -> &Addr<ProxyActor<P, R>> {
        &self.0
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> From<Addr<ProxyActor<P, R>>> for ProxyAddr<P, R> {
    fn from(address: Addr<ProxyActor<P, R>>) -> Self {
        ProxyAddr(address)
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> From<ProxyAddr<P, R>> for Addr<ProxyActor<P, R>> {
    fn from(address: ProxyAddr<P, R>) -> Self {
        address.0
    }
}

impl<P: Protocol + Actor, R: Proxy<P>> TypedAddr for ProxyAddr<P, R> {
    type Actor = ProxyActor<P, R>;
}

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
