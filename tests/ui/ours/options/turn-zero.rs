use actor_core::prelude::*;

#[actor(turn = 0)]
struct Counter;

fn main() {}
