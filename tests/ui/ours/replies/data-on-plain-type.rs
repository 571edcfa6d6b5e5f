#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn add(&mut self, #[data] amount: u64) {}
}

fn main() {}
