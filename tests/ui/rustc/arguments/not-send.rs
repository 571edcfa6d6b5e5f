#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn share(&mut self, with: std::rc::Rc<u8>) {}
}

fn main() {}
