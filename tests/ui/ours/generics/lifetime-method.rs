use actor_core::prelude::*;

#[actor]
struct Counter;

#[actor]
impl Counter {
    fn add<'a>(&'a mut self) {}
}

fn main() {}
