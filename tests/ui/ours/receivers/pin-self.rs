use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn add(self: std::pin::Pin<&mut Self>) {}
}

fn main() {}
