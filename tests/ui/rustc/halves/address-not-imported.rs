use actor_core::prelude::*;
use shop::Counter;
mod shop {
    #[actor_core::actor]
    pub struct Counter;
}
#[actor]
impl Counter {
    fn add(&mut self) {}
}

fn main() {}
