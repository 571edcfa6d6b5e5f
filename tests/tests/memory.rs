//! The promises about memory, measured by counting what is allocated. They run one at a time, in a
//! binary of their own, so that nobody else's allocations are counted.

#[path = "memory/flat.rs"]
mod flat;

// A simulation keeps the first million steps of its run, to tell them if it fails.
tests::on_real_hosts! {
    flat::a06_memory_stays_flat_over_100_000_timed_out_calls,
}
