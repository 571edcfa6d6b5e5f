//! Supervision: a [`Supervisor`] starts actors and restarts them when they fail.
//!
//! A [`Child`] describes how an actor is made, whether it is restarted ([`Restart`]), and with which
//! settings. The address of a supervised actor survives its restarts, and so do its queued messages.
//! [`Backoff`] delays restarts, and [`ChildInfo`] reports the state of a child.
//!
//! ```
//! use actor_core::prelude::*;
//!
//! #[actor]
//! struct Disk {
//!     reads: u32,
//! }
//!
//! #[actor]
//! impl Disk {
//!     fn read(&mut self, sector: u32) -> u32 {
//!         assert!(sector < 100, "no such sector");
//!         self.reads += 1;
//!         self.reads
//!     }
//! }
//!
//! # let system = System::builder().threads(1).on_incident(|_| {}).build();
//! # system.block_on(async {
//! let supervisor = Supervisor::one_for_one().spawn();
//! let disk = supervisor.start(Child::new("disk", || Disk { reads: 0 }));
//! assert_eq!(disk.read(1).await, Ok(1));
//! assert!(matches!(disk.read(500).await, Err(CallError::Panicked(_))));
//! assert_eq!(disk.read(1).await, Ok(1)); // a new state, behind the same address
//! # });
//! ```

mod child;
pub(crate) mod restart_limits;
mod supervisor;
#[cfg(test)]
mod tests;

pub use crate::cell::state::Restart;
pub use child::{Child, ChildInfo};
pub use restart_limits::Backoff;
pub use supervisor::{Supervisor, SupervisorAddr, SupervisorMessage};
