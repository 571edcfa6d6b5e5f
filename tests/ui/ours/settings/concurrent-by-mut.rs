use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(concurrent)]
    async fn look(&mut self) {}
}

fn main() {}
