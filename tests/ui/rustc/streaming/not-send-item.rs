#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&mut self, lines: Replies<std::rc::Rc<u8>>) {}
}
fn main() {
}
