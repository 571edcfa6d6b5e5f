use actor_core::prelude::*;

#[actor]
struct Door;

#[actor]
impl Door {}

#[actor(remote)]
trait House {
    fn open(&self, door: DoorAddr);
}

fn main() {}
