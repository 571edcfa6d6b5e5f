use actor_core::prelude::*;

#[actor(remote)]
struct Store;

#[actor]
impl Store {}

fn main() {}
