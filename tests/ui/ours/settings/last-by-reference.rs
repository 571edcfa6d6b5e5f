use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(last)]
    fn close(&mut self) {}
}

fn main() {}
