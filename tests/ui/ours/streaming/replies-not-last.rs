#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&self, lines: Replies<String>, from: usize) {}
}
fn main() {}
