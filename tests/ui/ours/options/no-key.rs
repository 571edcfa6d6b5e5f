use actor_core::prelude::*;

#[actor(8)]
struct Counter;
#[actor]
impl Counter {}

fn main() {}
