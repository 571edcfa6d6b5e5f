#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn show(&mut self, what: &dyn std::fmt::Display) {}
}

fn main() {}
