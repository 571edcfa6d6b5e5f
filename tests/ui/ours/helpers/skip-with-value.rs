use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(skip = true)]
    fn add(&mut self) {}
}

fn main() {}
