//! Handles of the timers, streams, monitors and links of an actor.
//!
//! A handler creates them through its [`Context`](crate::Context), which is at the root of the crate.
//! Dropping a [`Timer`] or an [`Attachment`] cancels it, and `detach` lets it run until the end of the
//! life. A [`Monitor`] or a [`Link`] stays until the end of the life unless it is cancelled.
//!
//! ```
//! use actor_core::context::Timer;
//! use actor_core::prelude::*;
//! use std::time::Duration;
//!
//! #[actor]
//! struct Session {
//!     /// Replaced by each request, which cancels the previous one.
//!     idle: Option<Timer>,
//! }
//!
//! #[actor]
//! impl Session {
//!     fn request(&mut self, context: &Context<Self>) {
//!         self.idle = Some(context.after(Duration::from_secs(60), |me| me.expire()));
//!     }
//!
//!     fn expire(&mut self, context: &Context<Self>) {
//!         context.stop();
//!     }
//! }
//!
//! System::simulation(1).block_on(async {
//!     let session = Session { idle: None }.spawn();
//!     session.request().await.unwrap();
//!     assert_eq!(session.join().await, Exit::Stopped); // after a minute of virtual time
//! });
//! ```

// Only names; the code is in `actor::context`.

pub use crate::actor::context::relations::{Link, Monitor};
pub use crate::actor::context::sources::{Attachment, Timer};
