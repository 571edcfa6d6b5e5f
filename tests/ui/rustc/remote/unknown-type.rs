use actor_core::prelude::*;

#[actor(remote)]
trait House {
    fn open(&self, door: Door);
}

fn main() {}
