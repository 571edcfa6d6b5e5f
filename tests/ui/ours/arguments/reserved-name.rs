use actor_core::prelude::*;

#[actor]
struct Counter;

#[actor]
impl Counter {
    fn add(&mut self, __amount: u64) {}
}

fn main() {}
