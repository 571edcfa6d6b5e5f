use actor_core::prelude::*;

#[actor(local unbounded)]
struct Counter;
#[actor]
impl Counter {}

fn main() {}
