#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn get(&self, one: Reply<u64>, two: Reply<u64>) {}
}

fn main() {}
