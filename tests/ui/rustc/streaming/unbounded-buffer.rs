#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&mut self, lines: Replies<String>) {}
}
fn main() {
    Log.spawn().tail().unbounded();
}
