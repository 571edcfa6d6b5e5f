#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn pair(&mut self, both: (u8, &str)) {}
}

fn main() {}
