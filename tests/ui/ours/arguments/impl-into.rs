#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn rename(&mut self, name: impl Into<String>) {}
}

fn main() {}
