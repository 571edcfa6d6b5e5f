use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    extern "C" fn add(&mut self) {}
}

fn main() {}
