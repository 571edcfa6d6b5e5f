use actor_core::prelude::*;

#[actor]
struct Store<T>(Vec<T>);

#[actor(remote)]
impl Store<u8> {
    fn put(&mut self, _value: u8) {}
}

fn main() {}
