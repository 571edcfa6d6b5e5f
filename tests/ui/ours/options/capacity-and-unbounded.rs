use actor_core::prelude::*;

#[actor(capacity = 8, unbounded)]
struct Counter;

fn main() {}
