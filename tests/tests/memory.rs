//! The promises about memory, measured by counting what is allocated. They run one at a time, in a
//! binary of their own, so that nobody else's allocations are counted.

#[path = "memory/flat.rs"]
mod flat;

tests::on_every_host! {
    flat::a06_memory_stays_flat_over_100_000_timed_out_calls,
}
