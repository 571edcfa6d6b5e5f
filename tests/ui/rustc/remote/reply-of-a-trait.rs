use actor_core::prelude::*;

struct Door;

#[actor(remote)]
trait House {
    fn door(&self, number: u8) -> Option<Door>;
}

fn main() {}
