//! The types of some methods of addresses: the wait for an exit, the error of a registration, and
//! the bound of monitors and links.
//!
//! The addresses themselves are at the root of the crate: [`Addr`](crate::Addr),
//! [`WeakAddr`](crate::WeakAddr), [`AnyAddr`](crate::AnyAddr) and [`TypedAddr`](crate::TypedAddr).
//! [`Join`] is the future of [`Addr::join`](crate::Addr::join), [`RegisterError`] the error of
//! [`Addr::register`](crate::Addr::register), and [`Watchable`] the bound of everything that a monitor
//! or a link accepts.
//!
//! ```
//! use actor_core::address::RegisterError;
//! use actor_core::prelude::*;
//!
//! #[actor]
//! struct Idle;
//!
//! #[actor]
//! impl Idle {}
//!
//! System::current_thread().block_on(async {
//!     let (one, two) = (Idle.spawn(), Idle.spawn());
//!     assert_eq!(one.register("idle"), Ok(()));
//!     assert_eq!(two.register("idle"), Err(RegisterError::Taken));
//!     assert_eq!(IdleAddr::lookup("idle"), Some(one));
//! });
//! ```

// Depends on mailboxes, but not on the run loop.

pub(crate) mod addr;
pub(crate) mod call;
pub(crate) mod caller_watch;
pub(crate) mod join;
pub(crate) mod observers;
pub(crate) mod replies;
pub(crate) mod reply;
pub(crate) mod send;
pub(crate) mod with_timeout;

pub use crate::cell::system_shared::RegisterError;
pub use addr::Watchable;
pub use join::Join;
