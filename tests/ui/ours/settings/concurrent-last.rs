use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(last, concurrent)]
    async fn look(self) {}
}

fn main() {}
