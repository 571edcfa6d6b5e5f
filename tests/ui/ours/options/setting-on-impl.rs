use actor_core::prelude::*;

#[actor]
struct Counter;

#[actor(capacity = 8)]
impl Counter {}

fn main() {}
