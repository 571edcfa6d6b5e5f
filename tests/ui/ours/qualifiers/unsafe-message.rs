use actor_core::prelude::*;

#[actor]
struct Counter;

#[actor]
impl Counter {
    unsafe fn add(&mut self) {}
}

fn main() {}
