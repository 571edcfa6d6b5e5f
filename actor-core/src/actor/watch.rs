//! The handles of monitors and links.

use super::timer::ResourceHandle;
use crate::cell::handle::AnyMail;
use crate::sync::{Arc, Weak};
use std::fmt;

/// A monitor created by [`Context::monitor`](crate::Context::monitor).
///
/// The monitor lasts until it is cancelled, even if this handle is dropped, and ends with the life
/// that created it.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// #[actor]
/// struct Boss;
///
/// #[actor]
/// impl Boss {
///     fn glance(&self, idle: IdleAddr, context: &Context<Self>) {
///         let monitor = context.monitor(&idle, |me, exit| me.gone(exit));
///         monitor.cancel();
///     }
///
///     fn gone(&mut self, _exit: Exit) {}
/// }
/// # System::current_thread().block_on(async { Boss.spawn().glance(Idle.spawn()).await.unwrap() });
/// ```
pub struct Monitor(ResourceHandle);

impl Monitor {
    pub(crate) fn new(mail: Weak<dyn AnyMail>, key: u64) -> Self {
        Monitor(ResourceHandle { mail, key })
    }

    /// Cancels the monitor. A notification that has arrived but has not been handled is skipped.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.0.detach();
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").finish_non_exhaustive()
    }
}

/// A link created by [`Context::link`](crate::Context::link).
///
/// The link lasts until it is cancelled, even if this handle is dropped.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// #[actor]
/// struct Twin;
///
/// #[actor]
/// impl Twin {
///     fn tie(&self, idle: IdleAddr, context: &Context<Self>) {
///         let link = context.link(&idle);
///         link.cancel();
///     }
/// }
/// # System::current_thread().block_on(async { Twin.spawn().tie(Idle.spawn()).await.unwrap() });
/// ```
pub struct Link {
    near: ResourceHandle,
    own: Arc<dyn AnyMail>,
    other: Option<Arc<dyn AnyMail>>,
}

impl Link {
    pub(crate) fn new(own: Arc<dyn AnyMail>, other: Option<Arc<dyn AnyMail>>, key: u64) -> Self {
        Link { near: ResourceHandle { mail: Arc::downgrade(&own), key }, own, other }
    }

    /// Removes the link in both directions. On this side, a notification that has arrived but has
    /// not been handled is skipped.
    pub fn cancel(&self) {
        self.near.cancel();
        if let Some(other) = &self.other {
            self.own.unwatch(other.core().id(), None);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.near.detach();
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}
