#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[message]
    fn add(amount: u64) {}
}
fn main() {
    let _ = Counter.spawn().add(1);
}
