use actor_core::prelude::*;

#[actor]
struct Store;

#[actor]
impl Store {
    #[message(version = 2)]
    fn put(&mut self, _value: u8) {}
}

fn main() {}
