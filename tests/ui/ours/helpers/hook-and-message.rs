use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[message]
    #[on_start]
    fn begin(&mut self) {}
}

fn main() {}
