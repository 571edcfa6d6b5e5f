#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn add<T: Into<u64>>(&mut self, amount: T) {}
}

fn main() {}
