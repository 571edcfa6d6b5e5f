use actor_core::prelude::*;
#[actor(deferred = 0)]
struct Counter;
#[actor]
impl Counter {}
fn main() {}
