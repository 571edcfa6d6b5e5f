use actor_core::prelude::*;

#[actor(capacity)]
struct Counter;
#[actor]
impl Counter {}

fn main() {}
