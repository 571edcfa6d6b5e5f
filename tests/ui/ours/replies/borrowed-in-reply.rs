#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn get(&self, reply: Reply<&str>) {}
}

fn main() {}
