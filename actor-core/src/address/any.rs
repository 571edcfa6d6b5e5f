//! Addresses without the message type, and the targets of monitors and links.

use super::join::Join;
use crate::cell::handle::DynMailbox;
use crate::exit::ActorId;
use crate::sync::Arc;
use std::fmt;
use std::hash::{Hash, Hasher};

/// An address without the message type. It can be inspected, stopped and monitored.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Cat; #[actor] impl Cat {}
/// # #[actor] struct Dog; #[actor] impl Dog {}
/// # System::current_thread().block_on(async {
/// let pets = [Cat.spawn().to_any(), Dog.spawn().to_any()];
/// for pet in &pets {
///     pet.stop();
///     pet.join().await;
/// }
/// # });
/// ```
pub struct AnyAddr {
    mailbox: Arc<dyn DynMailbox>,
}

impl AnyAddr {
    /// Creates an address from a strong count that the mailbox has already counted.
    pub(super) fn adopted(mailbox: Arc<dyn DynMailbox>) -> Self {
        AnyAddr { mailbox }
    }

    /// Returns the actor's id.
    pub fn id(&self) -> ActorId {
        self.mailbox.header().id()
    }

    /// Returns the name of the actor's type.
    pub fn name(&self) -> &'static str {
        self.mailbox.header().settings.name
    }

    /// See [`Addr::stop`](crate::Addr::stop).
    pub fn stop(&self) {
        self.mailbox.close();
    }

    /// See [`Addr::kill`](crate::Addr::kill).
    pub fn kill(&self) {
        self.mailbox.kill();
    }

    /// See [`Addr::join`](crate::Addr::join).
    pub fn join(&self) -> Join {
        Join::new(self.mailbox.clone())
    }

    /// See [`Addr::is_alive`](crate::Addr::is_alive).
    pub fn is_alive(&self) -> bool {
        self.mailbox.lock().cell.exit().is_none()
    }
}

impl Clone for AnyAddr {
    fn clone(&self) -> Self {
        self.mailbox.header().incr_strong();
        AnyAddr { mailbox: self.mailbox.clone() }
    }
}

impl Drop for AnyAddr {
    fn drop(&mut self) {
        self.mailbox.release();
    }
}

impl PartialEq for AnyAddr {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for AnyAddr {}

impl Hash for AnyAddr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl fmt::Debug for AnyAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyAddr({})", self.mailbox.label())
    }
}

/// A target of monitors and links: any address, whether strong, weak or untyped.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// use actor_core::address::Watchable;
///
/// #[actor]
/// struct Boss;
///
/// impl Boss {
///     fn watch(&self, target: &impl Watchable, context: &Context<Self>) {
///         context.monitor(target, |me, _exit| me.gone());
///     }
/// }
///
/// #[actor]
/// impl Boss {
///     fn take(&self, idle: IdleAddr, context: &Context<Self>) {
///         self.watch(&idle, context);
///         self.watch(&idle.downgrade(), context);
///         self.watch(&idle.to_any(), context);
///     }
///
///     fn gone(&self) {}
/// }
/// # System::current_thread().block_on(async { Boss.spawn().take(Idle.spawn()).await.unwrap() });
/// ```
pub trait Watchable: sealed::Watchable {}

impl<T: sealed::Watchable> Watchable for T {}

pub(crate) mod sealed {
    use super::{AnyAddr, Arc, DynMailbox};
    use crate::{ActorId, Addr, TypedAddr, WeakAddr};

    pub trait Watchable {
        #[doc(hidden)]
        fn target(&self) -> (ActorId, Option<Mail>);
    }

    /// An opaque mailbox, so that the trait's signature uses no private type.
    #[allow(missing_debug_implementations, reason = "opaque, and out of reach of users")]
    pub struct Mail(pub(crate) Arc<dyn DynMailbox>);

    impl<A: TypedAddr> Watchable for A {
        fn target(&self) -> (ActorId, Option<Mail>) {
            self.as_ref().target()
        }
    }

    impl<P: ?Sized> Watchable for Addr<P> {
        fn target(&self) -> (ActorId, Option<Mail>) {
            (self.id(), Some(Mail(self.shared().any())))
        }
    }

    impl Watchable for AnyAddr {
        fn target(&self) -> (ActorId, Option<Mail>) {
            (self.id(), Some(Mail(self.mailbox.clone())))
        }
    }

    impl<P: ?Sized> Watchable for WeakAddr<P> {
        fn target(&self) -> (ActorId, Option<Mail>) {
            (self.id(), self.mailbox().upgrade().map(|mailbox| Mail(mailbox.any())))
        }
    }
}
