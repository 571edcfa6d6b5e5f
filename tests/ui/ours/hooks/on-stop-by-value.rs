#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[on_stop]
    fn end(&mut self, exit: Exit) {}
}

fn main() {}
