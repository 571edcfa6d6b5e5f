use actor_core::prelude::*;

#[actor(crate = 3)]
struct Counter;
#[actor]
impl Counter {}

fn main() {}
