use actor_core::prelude::*;

struct Door;

#[actor(remote)]
trait House {
    fn door(&self, reply: Reply<Door>);
}

fn main() {}
