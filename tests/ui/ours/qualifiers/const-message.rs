use actor_core::prelude::*;

#[actor]
struct Counter;

#[actor]
impl Counter {
    const fn get(&self) {}
}

fn main() {}
