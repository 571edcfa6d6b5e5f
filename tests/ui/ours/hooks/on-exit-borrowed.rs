#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[on_exit]
    fn gone(&mut self, id: ActorId, exit: &Exit) {}
}

fn main() {}
