use actor_core::prelude::*;

#[actor]
struct Counter;

#[actor]
impl Counter {
    fn spawn(&mut self) {}
}

fn main() {}
