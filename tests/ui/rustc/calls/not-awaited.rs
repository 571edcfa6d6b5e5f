#![deny(warnings)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn add(&mut self) {}
}
fn main() {
    Counter.spawn().add();
}
