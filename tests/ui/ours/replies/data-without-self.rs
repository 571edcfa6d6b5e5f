#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn get(&self) {}
    fn new(#[data] amount: u64) {}
}

fn main() {}
