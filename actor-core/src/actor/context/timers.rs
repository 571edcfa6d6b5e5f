//! Timers of a life. A due timer posts a system message; the callback runs when the actor takes it.

use super::Context;
use crate::actor::callback::{Callback, CallbackResult, once, own_address};
use crate::actor::dispatch::Dispatch;
use crate::address::call::Call;
use crate::cell::handle::DynMailbox;
use crate::cell::message::Protocol;
use crate::cell::resources::{Resource, ResourceHandle};
use crate::cell::state::ResourceId;
use crate::cell::timer_entry::TimerEntry;
use crate::sync::{Arc, Weak};
use std::fmt;
use std::time::Duration;

impl<A: Dispatch> Context<A> {
    /// Sends a message after `delay`, unless the timer is cancelled first.
    ///
    /// `make` gets this actor's address and returns one call, to this actor or another one. Return
    /// the call without awaiting it: it is sent, and an error becomes an
    /// [incident](crate::incident::Incident).
    pub fn after<B, T, F>(&self, delay: Duration, make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        let own = self.id();
        let make = once(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        self.timer(delay, None, make)
    }

    /// Sends a message every `period`. The first one is sent after one period.
    ///
    /// The timer does not drift and causes no burst after a stall: at most one tick is pending, and
    /// missed ticks are skipped.
    ///
    /// # Panics
    /// If `period` is zero.
    #[track_caller]
    pub fn every<B, T, F>(&self, period: Duration, mut make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnMut(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        assert!(!period.is_zero(), "a period of zero would tick without end; use a longer one");
        let own = self.id();
        let make: Callback =
            Box::new(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        self.timer(period, Some(period), make)
    }

    fn timer(&self, delay: Duration, period: Option<Duration>, make: Callback) -> Timer {
        let key = self.with_resources(|resources| resources.key());
        // The entry is inserted after the timer has started: a tick looks it up only when the actor
        // takes the tick, which is after this handler.
        let entry = TimerEntry::start(&self.any(), key, delay, period);
        let resource = Resource::Timer { entry, callback: Some(make) };
        self.with_resources(|resources| resources.insert(key, resource));
        Timer::new(Arc::downgrade(&self.any()), key)
    }
}

/// A timer created by [`Context::after`](crate::Context::after) or
/// [`Context::every`](crate::Context::every).
///
/// Dropping the handle cancels the timer. The timer also ends with the life that set it.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::context::Timer;
/// use std::time::Duration;
///
/// #[actor]
/// struct Session {
///     idle: Option<Timer>,
/// }
///
/// #[actor]
/// impl Session {
///     fn touch(&mut self, context: &Context<Self>) {
///         // The old timer is cancelled where the new one takes its place.
///         self.idle = Some(context.after(Duration::from_secs(60), |me| me.expire()));
///     }
///
///     fn expire(&mut self) {}
/// }
/// # System::current_thread().block_on(async { Session { idle: None }.spawn().touch().await.unwrap() });
/// ```
#[must_use = "dropping a timer cancels it; keep it or call `.detach()`"]
pub struct Timer(ResourceHandle);

impl Timer {
    pub(crate) fn new(mailbox: Weak<dyn DynMailbox>, key: ResourceId) -> Self {
        Timer(ResourceHandle { mailbox, key })
    }

    /// Cancels the timer. A tick that is due but has not been handled is skipped.
    pub fn cancel(self) {}

    /// Keeps the timer running without this handle.
    pub fn detach(mut self) {
        self.0.detach();
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}
