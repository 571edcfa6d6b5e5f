use actor_core::prelude::*;

#[actor(crate = "actor_core")]
struct Counter;

fn main() {}
