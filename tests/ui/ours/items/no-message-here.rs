use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn new() -> Self {
        Self
    }
}

fn main() {}
