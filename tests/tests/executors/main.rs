//! Several systems, and systems on external executors: the threads of actors, the reach of calls,
//! and shutdown.

mod blocked_workers;
mod blocking_code;
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

tests::on_every_host! {
    blocking_code::blocking_code_is_in_the_system_of_its_caller,
    blocking_code::blocking_code_of_a_handler_is_in_the_system_of_its_actor,
    blocking_code::what_blocking_code_drops_is_dropped_in_its_system,
}
