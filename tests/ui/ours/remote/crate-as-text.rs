use actor_core::prelude::*;

#[actor(remote(crate = "actor_remote"))]
trait Store {
    fn put(&mut self, value: u32);
}

fn main() {}
