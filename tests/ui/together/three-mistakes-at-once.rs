#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn a(&self, text: &str) {}
    fn b(self: Box<Self>) {}
    fn c<T>(&self) {}
}
fn main() {}
