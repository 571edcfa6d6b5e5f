#![deny(warnings)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn add(&mut self) {}
}
#[actor_core::main]
async fn main() {
    Counter.spawn().add().await;
}
