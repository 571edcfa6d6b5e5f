use actor_core::prelude::*;

#[actor]
fn counter() {}

fn main() {}
