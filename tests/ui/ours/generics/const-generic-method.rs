#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn add<const N: usize>(&mut self, amounts: [u64; N]) {}
}

fn main() {}
