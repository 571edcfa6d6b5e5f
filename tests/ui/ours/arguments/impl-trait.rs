#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn apply(&mut self, change: impl Fn(u64) -> u64) {}
}

fn main() {}
