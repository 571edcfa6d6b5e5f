#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn open(&mut self, at: &std::path::Path) {}
}

fn main() {}
