//! Addresses that can be revoked.

use super::{Control, Proxy, forward, prepare};
use crate::address::addr::TypedAddr;
use std::fmt;

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
    let forwarder = Forwarder { to: address.clone() };
    let prepared = prepare::<A::Actor, _>(forwarder).name(label);
    let (address, control) = prepared.ends_with(address.as_ref()).spawn();
    (address, Revoke { control })
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
}

impl Revoke {
    /// Revokes the address: it accepts no more messages, and its queued messages are not forwarded.
    ///
    /// Calls get [`CallError::Stopped`](crate::CallError::Stopped). A message that is being forwarded at
    /// this moment is still delivered, and a call whose handler runs still gets its reply.
    pub fn revoke(self) {
        self.control.revoke();
    }
}

impl fmt::Debug for Revoke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revoke").finish_non_exhaustive()
    }
}

struct Forwarder<A> {
    to: A,
}

impl<A> Proxy<A::Actor> for Forwarder<A>
where
    A: TypedAddr + Send + Sync + 'static,
    A::Actor: crate::Protocol,
{
    async fn forward(&mut self, message: <A::Actor as crate::Protocol>::Message) {
        // An actor that has ended drops the message: a caller gets an error, and a send becomes an
        // incident.
        if let Err(refused) = forward(self.to.as_ref(), message).await {
            super::discard(self.to.as_ref(), refused.into_message());
        }
    }
}
