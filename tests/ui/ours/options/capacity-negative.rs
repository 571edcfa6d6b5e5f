use actor_core::prelude::*;

#[actor(capacity = -1)]
struct Counter;
#[actor]
impl Counter {}

fn main() {}
