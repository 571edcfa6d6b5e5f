use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message = "skip"]
    fn add(&mut self) {}
}

fn main() {}
