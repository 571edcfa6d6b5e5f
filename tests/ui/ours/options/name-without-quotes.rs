use actor_core::prelude::*;

#[actor(name = counter)]
struct Counter;

fn main() {}
