#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&self, lines: Replies<&str>) {}
}
fn main() {}
