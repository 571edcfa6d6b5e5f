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

// This file is the public interface; the behavior is in `run.rs`.

mod backoff;
mod child;
mod children;
mod record;
pub(crate) mod restart_window;
mod run;
#[cfg(test)]
mod tests;

pub use crate::cell::supervision::Restart;
pub use backoff::Backoff;
pub use child::Child;
pub use run::{Supervisor, SupervisorAddr, SupervisorMessage};

use crate::actor::dispatch::Dispatch;
use crate::actor::spawn::ActorBuilder;
use crate::address::addr::TypedAddr;
use crate::exit::ActorId;
use std::time::Duration;

/// The restart strategy, which decides about the siblings of an ended child, as in OTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    OneForOne,
    OneForAll,
    RestForOne,
}

impl Supervisor {
    /// Creates a supervisor that restarts only the child that has ended.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// #[actor]
    /// struct Fragile {
    ///     touched: u32,
    /// }
    ///
    /// #[actor]
    /// impl Fragile {
    ///     fn touch(&mut self) -> u32 {
    ///         self.touched += 1;
    ///         self.touched
    ///     }
    ///
    ///     fn drop_it(&self) {
    ///         panic!("broken");
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let supervisor = Supervisor::one_for_one().spawn();
    ///     let fragile = supervisor.start(Child::new("fragile", || Fragile { touched: 0 }));
    ///     assert_eq!(fragile.touch().await, Ok(1));
    ///     assert!(matches!(fragile.drop_it().await, Err(CallError::Panicked(_))));
    ///     assert_eq!(fragile.touch().await, Ok(1)); // a new life, at the same address
    ///     supervisor.stop();
    ///     assert_eq!(supervisor.join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn one_for_one() -> Self {
        Supervisor::of(Strategy::OneForOne)
    }

    /// Creates a supervisor that restarts all its children when one of them has to be restarted.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// let supervisor = Supervisor::one_for_all()
    ///     .child(Child::new("reader", || Worker))
    ///     .child(Child::new("writer", || Worker))
    ///     .spawn();
    /// # supervisor.stop();
    /// ```
    pub fn one_for_all() -> Self {
        Supervisor::of(Strategy::OneForAll)
    }

    /// Creates a supervisor that restarts the child that has ended and all children started after
    /// it.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// let supervisor = Supervisor::rest_for_one()
    ///     .child(Child::new("connection", || Worker))
    ///     .child(Child::new("session", || Worker))
    ///     .spawn();
    /// # supervisor.stop();
    /// ```
    pub fn rest_for_one() -> Self {
        Supervisor::of(Strategy::RestForOne)
    }

    /// Adds a child, which is started with the supervisor, after the children added before it.
    pub fn child<A: Dispatch>(mut self, child: Child<A>) -> Self {
        self.push(child);
        self
    }

    /// Sets the number of restarts allowed in any `period`, a sliding window. One more restart
    /// fails the supervisor itself. The default is 5 in 60 seconds.
    pub fn intensity(mut self, restarts: usize, period: Duration) -> Self {
        self.set_intensity(restarts, period);
        self
    }

    /// Sets the pauses before restarts. By default there are none.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.set_backoff(backoff);
        self
    }
}

impl SupervisorAddr {
    /// Starts `child` after the existing children, and returns its address immediately.
    ///
    /// The address stays valid over restarts. The child runs once the supervisor has taken it. If
    /// the supervisor has ended, the child has ended too, and never runs.
    pub fn start<A: Dispatch>(&self, child: Child<A>) -> A::Address {
        let settings = const { &A::SETTINGS };
        let system = self.mailbox().header().system.clone();
        let builder = ActorBuilder::<A>::new(Some(system), settings, child.capacity);
        let address = builder.address();
        // A supervisor that has ended drops the child, which ends it.
        let _ = self
            .adopt(Box::new(child::AddressedChild { child: Some((child, builder)) }))
            .try_send();
        address
    }

    /// Ends the child with this address permanently: no policy restarts it.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// # System::current_thread().block_on(async {
    /// let supervisor = Supervisor::one_for_one().spawn();
    /// let worker = supervisor.start(Child::new("worker", || Worker));
    /// supervisor.stop_child(&worker);
    /// assert_eq!(worker.join().await, Exit::Stopped);
    /// # supervisor.stop();
    /// # });
    /// ```
    pub fn stop_child<A: TypedAddr>(&self, address: &A) {
        address.as_ref().stop();
    }
}

/// Information about a child of a supervisor.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::supervision::{Child, Restart, Supervisor};
/// # #[actor] struct Worker; #[actor] impl Worker {}
/// # System::current_thread().block_on(async {
/// let supervisor = Supervisor::one_for_one().child(Child::new("worker", || Worker)).spawn();
/// let children = supervisor.children().await.unwrap();
/// assert_eq!((children[0].name.as_str(), children[0].restarts), ("worker", 0));
/// assert_eq!(children[0].restart, Restart::Permanent);
/// # supervisor.stop();
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildInfo {
    /// The child's label.
    pub name: String,
    /// The child's id, which stays the same over restarts.
    pub id: ActorId,
    /// The child's restart policy.
    pub restart: Restart,
    /// The number of restarts.
    pub restarts: u32,
    /// Whether the child is running, rather than waiting for a restart.
    pub is_running: bool,
}
