#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn get(&self, reply: Reply<u64>) -> bool {
        true
    }
}
fn main() {}
