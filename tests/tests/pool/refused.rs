//! Pools that cannot work.

use actor_core::prelude::*;
use actor_core::supervision::Supervisor;
use std::panic::catch_unwind;

#[actor]
struct Worker;

#[actor]
impl Worker {}

/// Returns the text of the panic of `prepare`.
fn refusal(prepare: fn()) -> String {
    let payload = catch_unwind(prepare).expect_err("it panics");
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("its payload is a text")
}

#[test]
fn a_pool_without_members_is_refused() {
    let text = refusal(|| drop(Worker::prepare_pool(0, || Worker)));
    assert_eq!(text, "a pool needs a member; use a size of 1 or more");
}

#[test]
fn a_pool_of_supervisors_is_refused() {
    let text = refusal(|| drop(Supervisor::prepare_pool(2, Supervisor::one_for_one)));
    assert!(text.starts_with("a supervisor cannot be a member of a pool"), "{text}");
}
