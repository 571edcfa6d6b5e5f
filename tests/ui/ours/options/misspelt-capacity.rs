use actor_core::prelude::*;

#[actor(capcity = 8)]
struct Counter;

fn main() {}
