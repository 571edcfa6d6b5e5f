#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn fill(&mut self, bytes: &mut Vec<u8>) {}
}

fn main() {}
