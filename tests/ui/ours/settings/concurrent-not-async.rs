use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(concurrent)]
    fn look(&self) {}
}

fn main() {}
