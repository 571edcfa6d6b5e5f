#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&self, count: Reply<usize>, lines: Replies<String>) {}
}
fn main() {}
