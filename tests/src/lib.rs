//! Shared code of the behavior tests: the table of hosts, the guard against hangs, and small tools
//! to drive a test by events. It must not test anything itself.

mod alone;
mod book;
mod crowd;
mod foreign_timer;
mod gate;
mod guard;
mod host;
mod loop_back;
mod passage;
pub mod payments;
pub mod probe;
#[cfg(not(target_family = "wasm"))]
mod runtime;
mod size;
mod tally;
mod timeout;

pub use alone::{Stderr, alone};
pub use crowd::assert_grows_evenly;
pub use foreign_timer::foreign_sleep;
pub use gate::Gate;
pub use guard::{guarded, guarded_for};
pub use host::{Host, Started, run_on, run_on_real_hosts_at_once};
pub use loop_back::{fill, is_looped, reached, run_over_loop_back, two_nodes};
pub use passage::Local;
pub use size::sized;
pub use tally::{Mark, Tally};
pub use timeout::times_out_in_its_handler;
