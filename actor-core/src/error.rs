//! Parts of the errors of calls, sends and failed actors.
//!
//! [`CallError`], [`SendError`] and [`Failure`](crate::Failure) are at the root of the crate. A
//! [`Cycle`] names the actors of a deadlock, a [`Refusal`] says why a message did not reach another
//! process, and a [`Location`] is the place of a panic.
//!
//! ```
//! use actor_core::error::{Refusal, RefusalKind};
//! use actor_core::CallError;
//!
//! let error = CallError::Refused(Refusal::new(RefusalKind::TooLarge, "`store` has 2 MB"));
//! assert_eq!(error.to_string(), "message too large: `store` has 2 MB");
//! ```

pub(crate) mod call_error;
mod cycle;
mod refusal;
pub(crate) mod send_error;

pub use crate::exit::Location;
pub use cycle::Cycle;
pub use refusal::{Refusal, RefusalKind};

pub(crate) use call_error::CallError;
pub(crate) use send_error::{SendError, SendReason};
