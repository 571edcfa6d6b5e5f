use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn get(&self) -> impl std::fmt::Display {
        1
    }
}

fn main() {}
