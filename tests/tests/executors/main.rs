//! Several systems, and systems on external executors: the threads of actors, the reach of calls,
//! and shutdown.

mod blocked_workers;
mod calls_across_systems;
mod end_of_runtime;
mod fairness;
mod global_system;
mod last_system_handle;
mod respawn_in_drop;
#[cfg(unix)]
mod signals;
mod tokio_context;
mod unfinished_tasks;
