use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn add(self: Box<Self>) {}
}

fn main() {}
