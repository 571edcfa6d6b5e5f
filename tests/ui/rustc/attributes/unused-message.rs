#![deny(dead_code)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn unsent(&mut self) {}
}
fn main() {
    drop(Counter.spawn());
}
