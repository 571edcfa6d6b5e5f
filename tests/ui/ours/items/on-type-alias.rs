use actor_core::prelude::*;

#[actor]
type Counter = u64;

fn main() {}
