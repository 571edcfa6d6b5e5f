use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn __add(&mut self) {}
}

fn main() {}
