use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn pool(&mut self) {}
}

fn main() {}
