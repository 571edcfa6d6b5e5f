//! Addresses that can be revoked.

use super::{Control, Proxy, forward_or_discard, prepare};
use crate::address::addr::TypedAddr;
use crate::event::Event;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering};
use futures_lite::future;
use std::fmt;
use std::pin::pin;

/// Returns an address that forwards to `address` until it is revoked.
///
/// The actor cannot be ended through the returned address: `stop` and `kill` end only that address
/// and its clones. The revocable address ends with its actor, with the same exit, and keeps its
/// actor alive.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_core::proxy;
///
/// #[actor]
/// struct Account {
///     balance: u64,
/// }
///
/// #[actor]
/// impl Account {
///     fn balance(&self) -> u64 {
///         self.balance
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let account = Account { balance: 5 }.spawn();
///     let (lent, revoke) = proxy::revocable(&account);
///     assert_eq!(lent.balance().await, Ok(5));
///     revoke.revoke();
///     assert_eq!(lent.balance().await, Err(CallError::Stopped));
///     assert_eq!(account.balance().await, Ok(5));
/// });
/// ```
#[must_use]
pub fn revocable<A>(address: &A) -> (A, Revoke)
where
    A: TypedAddr<Actor: crate::Protocol> + Send + Sync + 'static,
{
    let label = format!("{} (revocable)", address.label());
    let revoked = Arc::<Revoked>::default();
    let forwarder = Forwarder { to: address.clone(), revoked: revoked.clone() };
    let prepared = prepare::<A::Actor, _>(forwarder).name(label);
    let (address, control) = prepared.ends_with(address.as_ref()).spawn();
    (address, Revoke { control, revoked })
}

/// Revokes an address. Dropping the value does not revoke the address. See [`revocable`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::proxy;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let (lent, revoke) = proxy::revocable(&Idle.spawn());
/// revoke.revoke();
/// assert_eq!(lent.join().await, Exit::Stopped);
/// # });
/// ```
pub struct Revoke {
    control: Control,
    revoked: Arc<Revoked>,
}

/// Whether the address has been revoked.
#[derive(Default)]
struct Revoked {
    is_set: AtomicBool,
    event: Arc<Event>,
}

impl Revoke {
    /// Revokes the address: it accepts no more messages, and its queued messages are not forwarded.
    ///
    /// Calls get [`CallError::Stopped`](crate::CallError::Stopped), including a call that waits for capacity
    /// in the mailbox of the actor. A message that the mailbox of the actor has accepted is still handled,
    /// and its call gets the reply.
    pub fn revoke(self) {
        self.control.revoke();
        // The forwarder listens to the event before it reads the flag.
        self.revoked.is_set.store(true, Ordering::SeqCst);
        self.revoked.event.notify();
    }
}

impl fmt::Debug for Revoke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revoke").finish_non_exhaustive()
    }
}

struct Forwarder<A> {
    to: A,
    revoked: Arc<Revoked>,
}

impl<A> Proxy<A::Actor> for Forwarder<A>
where
    A: TypedAddr + Send + Sync + 'static,
    A::Actor: crate::Protocol,
{
    async fn forward(&mut self, message: <A::Actor as crate::Protocol>::Message) {
        let mut forwarding = pin!(forward_or_discard(self.to.as_ref(), message));
        if future::poll_once(forwarding.as_mut()).await.is_some() {
            return;
        }
        // There is no capacity. A revocation drops the future, and so discards the message.
        let revoked = self.revoked.event.listen();
        if !self.revoked.is_set.load(Ordering::SeqCst) {
            future::or(forwarding, revoked).await;
        }
    }
}
