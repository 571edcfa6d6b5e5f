use actor_core::prelude::*;

#[actor(remote(crate = crate::actor_remote))]
trait House {
    fn open(&self);
}

fn main() {}
