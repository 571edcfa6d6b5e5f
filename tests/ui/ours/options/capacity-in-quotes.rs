use actor_core::prelude::*;

#[actor(capacity = "8")]
struct Counter;
#[actor]
impl Counter {}

fn main() {}
