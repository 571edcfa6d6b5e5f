use actor_core::prelude::*;

#[actor(capacity = 0)]
struct Counter;

fn main() {}
