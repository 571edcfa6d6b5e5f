//! Weak addresses.

use super::addr::Addr;
use super::join::Join;
use crate::Actor;
use crate::cell::handle::WeakMailbox;
use crate::exit::ActorId;
use std::fmt;

/// An address that does not keep its actor alive, comparable to [`std::sync::Weak`].
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// let weak = idle.downgrade();
/// assert_eq!(weak.upgrade().unwrap().id(), weak.id());
/// drop(idle);
/// assert_eq!(weak.join().await, Exit::Stopped);
/// assert!(weak.upgrade().is_none());
/// # });
/// ```
pub struct WeakAddr<P: ?Sized> {
    mailbox: WeakMailbox<P>,
    id: ActorId,
    name: &'static str,
}

impl<P: ?Sized> WeakAddr<P> {
    pub(crate) fn new(mailbox: WeakMailbox<P>, id: ActorId, name: &'static str) -> Self {
        WeakAddr { mailbox, id, name }
    }

    pub(crate) fn mailbox(&self) -> &WeakMailbox<P> {
        &self.mailbox
    }

    /// Returns the actor's id.
    pub fn id(&self) -> ActorId {
        self.id
    }

    /// Returns the name of the actor's type.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns `true` until the actor's exit has been published.
    pub fn is_alive(&self) -> bool {
        self.mailbox.upgrade().is_some_and(|mailbox| mailbox.lock().cell.exit().is_none())
    }

    /// Waits for the actor's end without keeping the actor alive. Returns
    /// [`Exit::NoActor`](crate::Exit::NoActor) if the actor has ended and is no longer known.
    ///
    /// # Panics
    /// In a cycle of waits, as [`Addr::join`](crate::Addr::join) does.
    ///
    /// # Cancellation
    /// Dropping the future has no effect.
    pub fn join(&self) -> Join {
        match self.mailbox.upgrade() {
            Some(mailbox) => Join::new(mailbox.any()),
            None => Join::unknown(),
        }
    }

    /// Returns a strong address, or `None` if the actor is already ending.
    pub fn upgrade(&self) -> Option<P::Addr>
    where
        P: Actor,
    {
        let mailbox = self.mailbox.upgrade()?;
        let locked = mailbox.lock();
        if locked.cell.closed {
            return None;
        }
        mailbox.header().incr_strong();
        drop(locked);
        Some(Addr::adopted(mailbox).into())
    }
}

impl<P: ?Sized> Clone for WeakAddr<P> {
    fn clone(&self) -> Self {
        WeakAddr { mailbox: self.mailbox.clone(), id: self.id, name: self.name }
    }
}

impl<P: ?Sized> PartialEq for WeakAddr<P> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<P: ?Sized> Eq for WeakAddr<P> {}

impl<P: ?Sized> fmt::Debug for WeakAddr<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakAddr({}#{})", self.name, self.id)
    }
}
