#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn get(&self) {}
    #[message]
    fn add(amount: u64) {}
}

fn main() {}
