//! Several systems, and systems on external executors: the threads of actors, the reach of calls,
//! and shutdown.

#[path = "hosts/blocked.rs"]
mod blocked;
#[path = "hosts/context.rs"]
mod context;
#[path = "hosts/ends.rs"]
mod ends;
#[path = "hosts/global.rs"]
mod global;
#[path = "hosts/last_handle.rs"]
mod last_handle;
#[path = "hosts/matrix.rs"]
mod matrix;
#[path = "hosts/respawn.rs"]
mod respawn;
#[path = "hosts/shares.rs"]
mod shares;
#[path = "hosts/tasks.rs"]
mod tasks;
