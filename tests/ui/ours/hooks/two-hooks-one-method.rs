use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[on_start]
    #[on_stop]
    fn both(&mut self) {}
}

fn main() {}
