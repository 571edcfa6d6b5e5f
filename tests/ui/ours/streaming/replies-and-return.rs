#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&self, lines: Replies<String>) -> usize {
        1
    }
}
fn main() {}
