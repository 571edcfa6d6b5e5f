use actor_core::prelude::*;

mod shop {
    pub struct Counter;
}

#[actor]
impl shop::Counter {
    async fn add(&mut self) {}
}

fn main() {}
