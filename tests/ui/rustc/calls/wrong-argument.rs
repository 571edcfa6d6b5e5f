#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn add(&mut self, amount: u64) {}
}
fn main() {
    let _ = Counter.spawn().add("a");
}
