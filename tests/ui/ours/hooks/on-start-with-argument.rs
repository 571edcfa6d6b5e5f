#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[on_start]
    fn begin(&mut self, first: u64) {}
}

fn main() {}
