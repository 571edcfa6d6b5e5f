use actor_core::prelude::*;

#[actor]
#[actor]
struct Counter;

#[actor]
impl Counter {}

fn main() {}
