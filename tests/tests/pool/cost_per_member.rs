//! The cost of a pool with many members: no more per member than in a small one.

use actor_core::prelude::*;
use std::time::Instant;
use tests::assert_grows_evenly;

#[actor]
struct Idle;

#[actor]
impl Idle {}

#[test]
fn the_end_of_a_pool_costs_the_same_for_each_of_its_members() {
    assert_grows_evenly("the end of a pool", |members| {
        let system = System::builder().threads(1).build();
        system.block_on(async {
            let pool = Idle::pool(members, || Idle);
            let begun = Instant::now();
            pool.stop();
            assert_eq!(pool.join().await, Exit::Stopped);
            begun.elapsed()
        })
    });
}
