use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[message]
    #[message]
    fn add(&mut self) {}
}

fn main() {}
