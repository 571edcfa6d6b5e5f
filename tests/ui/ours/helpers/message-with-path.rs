use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[actor_core::message]
    fn add(&mut self) {}
}

fn main() {}
