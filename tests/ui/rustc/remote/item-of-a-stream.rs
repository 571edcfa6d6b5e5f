use actor_core::prelude::*;

struct Door;

#[actor(remote)]
trait House {
    fn doors(&self, doors: Replies<Door>);
}

fn main() {}
