use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[on_start(first)]
    fn begin(&mut self) {}
}

fn main() {}
