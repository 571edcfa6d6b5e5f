use actor_core::prelude::*;

#[actor(remote)]
trait Store {
    #[message(version = 0)]
    fn put(&mut self, value: u8);
}

fn main() {}
