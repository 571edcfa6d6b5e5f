//! Pools that cannot work.

use actor_core::prelude::*;
use actor_core::supervision::Supervisor;

#[actor]
struct Worker;

#[actor]
impl Worker {}

#[test]
#[should_panic(expected = "a pool needs a member")]
fn a_pool_without_members_is_refused() {
    drop(Worker::prepare_pool(0, || Worker));
}

#[test]
#[should_panic(expected = "a supervisor cannot be a member of a pool")]
fn a_pool_of_supervisors_is_refused() {
    drop(Supervisor::prepare_pool(2, Supervisor::one_for_one));
}
