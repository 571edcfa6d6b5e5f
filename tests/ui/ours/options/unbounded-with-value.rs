use actor_core::prelude::*;

#[actor(unbounded = true)]
struct Counter;
#[actor]
impl Counter {}

fn main() {}
