#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn rename(&mut self, name: &str) {}
}
fn main() {
    let _ = Counter.spawn().rename("a");
}
