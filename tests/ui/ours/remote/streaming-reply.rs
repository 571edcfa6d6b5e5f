#![allow(unused)]
use actor_core::prelude::*;
#[actor(remote)]
trait Log {
    fn tail(&mut self, lines: Replies<String>);
}
fn main() {}
