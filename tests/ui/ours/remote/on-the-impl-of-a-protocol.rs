use actor_core::prelude::*;

#[actor]
struct Shelf;

#[actor]
impl Shelf {}

#[actor]
trait Keep {
    fn keep(&mut self);
}

#[actor(remote)]
impl Keep for Shelf {
    fn keep(&mut self) {}
}

fn main() {}
