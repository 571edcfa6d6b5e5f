use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(skpi)]
    fn add(&mut self) {}
}

fn main() {}
