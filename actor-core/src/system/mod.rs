//! The end of a program or a system, and systems on the executor of another library.
//!
//! [`System`] itself is at the root of the crate.
//! [`System::shutdown`](crate::System::shutdown) returns a [`ShutdownReport`], and
//! [`shutdown_signal`] (feature `signals`, on Unix) waits for Ctrl-C or SIGTERM. With the feature `smol`, `SmolExecutor` is the
//! argument of `System::smol`.
//!
//! ```
//! use actor_core::System;
//! use std::time::Duration;
//!
//! let system = System::current_thread();
//! let report = system.block_on(system.shutdown(Duration::from_secs(1)));
//! assert!(report.is_clean());
//! ```

// This file has the names. `handle.rs` is the handle of a system, `builder.rs` starts one,
// `shutdown.rs` ends it, and `run.rs` runs a whole program on it.

#[cfg(feature = "unblock")]
pub(crate) mod blocking;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod browser;
pub(crate) mod builder;
pub(crate) mod handle;
pub(crate) mod run;
mod shutdown;
#[cfg(feature = "smol")]
mod smol;
pub(crate) mod task;
#[cfg(feature = "tokio")]
mod tokio;

#[cfg(feature = "signals")]
pub use run::shutdown_signal;
pub use shutdown::ShutdownReport;
#[cfg(feature = "smol")]
pub use smol::SmolExecutor;

pub(crate) use handle::System;
