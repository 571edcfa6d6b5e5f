//! The control of a proxy: ends it from outside, and runs code in order with its messages.

use crate::cell::handle::{DynMailbox, discard_message};
use crate::cell::header::STOP_SELF;
use crate::cell::mailbox::schedule;
use crate::cell::message::Protocol;
use crate::cell::state::{SystemMessage, Watcher};
use crate::cell::system_shared::SystemShared;
use crate::error::CallError;
use crate::exit::{ActorId, Exit};
use crate::incident::{DeadLetter, Incident};
use crate::panics::contained;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex, OnceLock, Weak};
use std::any::Any;
use std::collections::VecDeque;
use std::fmt;

/// Controls a proxy from outside. A control does not keep its proxy alive. Clones control the same
/// proxy.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy::{self, Proxy};
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # struct Pass(IdleAddr);
/// # impl Proxy<Idle> for Pass {
/// #     async fn forward(&mut self, message: IdleMessage) {
/// #         proxy::forward_or_discard(&self.0, message).await;
/// #     }
/// # }
/// # System::current_thread().block_on(async {
/// let (front, control) = proxy::prepare(Pass(Idle.spawn())).spawn();
/// control.end(Exit::Killed);
/// assert_eq!(front.join().await, Exit::Killed);
/// # });
/// ```
#[derive(Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

/// The actor of a proxy that has been spawned. The facts that an incident needs outlive its mailbox.
struct Spawned {
    mailbox: Weak<dyn DynMailbox>,
    system: Arc<SystemShared>,
    id: ActorId,
    /// The label at the spawn.
    label: String,
}

/// The actor that the proxy ends with.
pub(super) struct Target(pub(super) Arc<dyn DynMailbox>);

/// An instruction that the proxy carries out when all messages accepted before it have been forwarded.
pub(super) enum Order {
    End(Exit),
    /// Drop the token, which is user code.
    Release(Box<dyn Any + Send>),
}

/// Shared by the proxy, its addresses and its controls.
pub(super) struct Shared {
    /// One entry for each unhandled `SystemMessage::LinkedExited` with the proxy's own id, in the same order.
    /// `None` once the proxy has ended.
    orders: Mutex<Option<VecDeque<Order>>>,
    /// Set by `stop()` on an address.
    is_stopped: AtomicBool,
    /// Set by `revoke`. The addresses of the proxy no longer accept messages.
    is_revoked: AtomicBool,
    on_kill: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// The actor that the proxy ends with.
    target: OnceLock<ActorId>,
    /// Set before the first control is returned.
    spawned: OnceLock<Spawned>,
}

impl Shared {
    pub(super) fn new() -> (Control, Arc<Shared>) {
        let shared = Arc::new(Shared {
            orders: Mutex::new(Some(VecDeque::new())),
            is_stopped: AtomicBool::new(false),
            is_revoked: AtomicBool::new(false),
            on_kill: OnceLock::new(),
            target: OnceLock::new(),
            spawned: OnceLock::new(),
        });
        (Control { shared: shared.clone() }, shared)
    }

    pub(super) fn set_on_kill(&self, on_kill: Box<dyn Fn() + Send + Sync>) {
        let _ = self.on_kill.set(on_kill);
    }

    pub(super) fn on_kill(&self) -> Option<&(dyn Fn() + Send + Sync)> {
        self.on_kill.get().map(|on_kill| &**on_kill)
    }

    pub(super) fn is_target(&self, id: ActorId) -> bool {
        self.target.get() == Some(&id)
    }

    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    pub(super) fn is_revoked(&self) -> bool {
        self.is_revoked.load(Ordering::Acquire)
    }

    /// Takes the next order.
    pub(super) fn take_order(&self) -> Option<Order> {
        self.orders.lock().as_mut()?.pop_front()
    }

    /// Closes the list of orders, so that no other is accepted. Returns the remaining orders, which
    /// the caller drops.
    pub(super) fn close(&self) -> Option<VecDeque<Order>> {
        self.orders.lock().take()
    }

    /// Adds an order, or returns it if the proxy has ended.
    fn add(&self, order: Order) -> Result<(), Order> {
        match &mut *self.orders.lock() {
            Some(orders) => {
                orders.push_back(order);
                Ok(())
            }
            None => Err(order),
        }
    }
}

impl Control {
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Stores the mailbox of the proxy, which has been spawned.
    pub(super) fn attach(&self, mailbox: &Arc<dyn DynMailbox>) {
        let (header, label) = (mailbox.header(), mailbox.label());
        let (system, id) = (header.system.clone(), header.id());
        let mailbox = Arc::downgrade(mailbox);
        let _ = self.shared.spawned.set(Spawned { mailbox, system, id, label });
    }

    fn mailbox(&self) -> Option<Arc<dyn DynMailbox>> {
        self.shared.spawned.get()?.mailbox.upgrade()
    }

    /// Ends the proxy with `exit` once all messages accepted before this call have been forwarded.
    /// Calls that are queued later get [`CallError::Stopped`](crate::CallError::Stopped).
    ///
    /// Does nothing if the proxy has ended.
    pub fn end(&self, exit: Exit) {
        self.order(Order::End(exit));
    }

    /// Drops `token` once all messages accepted before this call have been forwarded, or the proxy
    /// has ended.
    ///
    /// The token's `drop` runs on the thread that runs the proxy, or on this one if the proxy has
    /// ended; it must not block.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::proxy::{self, Proxy};
    /// # #[actor] struct Idle; #[actor] impl Idle {}
    /// # struct Pass(IdleAddr);
    /// # impl Proxy<Idle> for Pass {
    /// #     async fn forward(&mut self, message: IdleMessage) {
    /// #         proxy::forward_or_discard(&self.0, message).await;
    /// #     }
    /// # }
    /// # System::current_thread().block_on(async {
    /// let (front, control) = proxy::prepare(Pass(Idle.spawn())).spawn();
    /// let (reply, forwarded) = Reply::<()>::pair();
    /// control.after_queued(reply);
    /// assert_eq!(forwarded.await, Err(CallError::NoReply));
    /// # drop(front);
    /// # });
    /// ```
    pub fn after_queued(&self, token: impl Send + 'static) {
        self.order(Order::Release(Box::new(token)));
    }

    /// Reports a message that the proxy has taken and that was lost afterwards. The message has no
    /// caller, so the loss is an [`Incident::Undelivered`](crate::incident::Incident::Undelivered).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::proxy::{self, Proxy};
    /// # #[actor] struct Idle; #[actor] impl Idle {}
    /// # struct Pass(IdleAddr);
    /// # impl Proxy<Idle> for Pass {
    /// #     async fn forward(&mut self, message: IdleMessage) {
    /// #         proxy::forward_or_discard(&self.0, message).await;
    /// #     }
    /// # }
    /// # System::simulation(1).block_on(async {
    /// let (front, control) = proxy::prepare(Pass(Idle.spawn())).spawn();
    /// control.report_undelivered("note");
    /// assert_eq!(System::current().counters().undelivered, 1);
    /// # drop(front);
    /// # });
    /// ```
    pub fn report_undelivered(&self, message: &'static str) {
        if let Some(spawned) = self.shared.spawned.get() {
            spawned.report(message, None);
        }
    }

    /// Discards a message that the proxy cannot forward. A call gets
    /// [`CallError::Stopped`](crate::CallError::Stopped), and a send becomes an
    /// [`Incident::Undelivered`](crate::incident::Incident::Undelivered).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::proxy::{self, Proxy};
    /// # #[actor] struct Idle; #[actor] impl Idle { fn note(&mut self) {} }
    /// # struct Pass(IdleAddr);
    /// # impl Proxy<Idle> for Pass {
    /// #     async fn forward(&mut self, message: IdleMessage) {
    /// #         proxy::forward_or_discard(&self.0, message).await;
    /// #     }
    /// # }
    /// # System::simulation(1).block_on(async {
    /// let idle = Idle.spawn();
    /// idle.stop();
    /// let refused = idle.note().try_send().unwrap_err();
    /// let (front, control) = proxy::prepare(Pass(idle)).spawn();
    /// control.discard::<Idle>(refused.into_message());
    /// assert_eq!(System::current().counters().undelivered, 1);
    /// # drop(front);
    /// # });
    /// ```
    pub fn discard<P: Protocol>(&self, mut message: P::Message) {
        if let Some(mailbox) = self.mailbox() {
            return discard_message::<P>(&*mailbox, message);
        }
        let info = P::info(&message);
        let (name, is_call) = (info.name, info.reply.is_some());
        if let Some(slot) = P::slot(&mut message) {
            slot.fail(CallError::Stopped);
        }
        match self.shared.spawned.get() {
            Some(spawned) if !is_call => spawned.report(name, Some(Box::new(message))),
            _ => contained(move || drop(message)),
        }
    }

    fn order(&self, order: Order) {
        // The order is in the queue before its notice, so that each notice finds one.
        match (self.mailbox(), self.shared.add(order)) {
            (Some(mailbox), Ok(())) => {
                mailbox.notify(SystemMessage::LinkedExited(mailbox.header().id(), Exit::NoActor));
            }
            // The mailbox no longer exists, so its actor has ended.
            (None, Ok(())) => {}
            (_, Err(late)) => contained(move || drop(late)),
        }
    }

    /// Ends the proxy at once. Queued messages are not forwarded.
    pub(super) fn revoke(&self) {
        self.shared.is_revoked.store(true, Ordering::Release);
        let Some(mailbox) = self.mailbox() else { return };
        let mut locked = mailbox.lock();
        if locked.cell.exit().is_some() {
            return;
        }
        mailbox.header().set_flag(STOP_SELF);
        let task = locked.cell.take_idle();
        drop(locked);
        schedule(mailbox.header(), task);
    }

    /// Ends the proxy when `target` ends, with the same exit.
    pub(super) fn end_with(&self, target: &Target) {
        let Some(spawned) = self.shared.spawned.get() else { return };
        let Some(mailbox) = spawned.mailbox.upgrade() else { return };
        let _ = self.shared.target.set(target.0.header().id());
        let watcher =
            Watcher { mailbox: spawned.mailbox.clone(), id: spawned.id, key: None, link: true };
        if let Some(exit) = target.0.watch(watcher) {
            mailbox.notify(SystemMessage::LinkedExited(target.0.header().id(), exit));
        }
    }
}

impl Spawned {
    /// Reports a lost message without a caller.
    fn report(&self, message: &'static str, lost: Option<Box<dyn Any + Send>>) {
        let mailbox = self.mailbox.upgrade();
        let actor = mailbox.map_or_else(|| self.label.clone(), |mailbox| mailbox.label());
        report(&self.system, actor, self.id, message, lost);
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.mailbox().map(|mailbox| mailbox.label());
        f.debug_struct("Control").field("proxy", &label).finish_non_exhaustive()
    }
}

/// Reports a lost message without a caller, which was for the actor behind this mailbox.
pub(super) fn report_undelivered(mailbox: &dyn DynMailbox, message: &'static str) {
    let header = mailbox.header();
    report(&header.system, mailbox.label(), header.id(), message, None);
}

fn report(
    system: &SystemShared,
    actor: String,
    id: ActorId,
    message: &'static str,
    lost: Option<Box<dyn Any + Send>>,
) {
    let letter = DeadLetter::new(lost);
    let incident = Incident::Undelivered { actor, id, message, letter };
    // The hook and the drop of the message are user code.
    contained(move || system.report(incident));
}
