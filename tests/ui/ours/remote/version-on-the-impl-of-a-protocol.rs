use actor_core::prelude::*;

#[actor]
struct Shelf;

#[actor]
impl Shelf {}

#[actor(remote)]
trait Store {
    fn put(&mut self, value: u8);
}

#[actor]
impl Store for Shelf {
    #[message(version = 2)]
    fn put(&mut self, _value: u8) {}
}

fn main() {}
