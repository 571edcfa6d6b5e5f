//! Timers of a life. A due timer posts a system message; the callback runs when the actor takes it.

use crate::cell::handle::AnyMail;
use crate::cell::state::Key;
use crate::sync::Weak;
use std::fmt;

/// A timer created by [`Context::after`](crate::Context::after) or
/// [`Context::every`](crate::Context::every).
///
/// Dropping the handle cancels the timer. The timer also ends with the life that set it.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::Timer;
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

/// Cancels a resource of a life when dropped.
pub(crate) struct ResourceHandle {
    pub(crate) mail: Weak<dyn AnyMail>,
    pub(crate) key: Key,
}

impl ResourceHandle {
    pub(crate) fn cancel(&self) {
        if let Some(mail) = self.mail.upgrade() {
            mail.cancel(self.key);
        }
    }

    pub(crate) fn detach(&mut self) {
        // A key that is never assigned.
        self.key = 0;
    }
}

impl Drop for ResourceHandle {
    fn drop(&mut self) {
        if self.key != 0 {
            self.cancel();
        }
    }
}

impl Timer {
    pub(crate) fn new(mail: Weak<dyn AnyMail>, key: Key) -> Self {
        Timer(ResourceHandle { mail, key })
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
