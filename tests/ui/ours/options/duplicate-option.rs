use actor_core::prelude::*;

#[actor(turn = 8, turn = 9)]
struct Counter;

fn main() {}
