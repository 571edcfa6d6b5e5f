use actor_core::prelude::*;

#[actor]
mod counter {}

fn main() {}
