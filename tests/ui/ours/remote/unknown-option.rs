use actor_core::prelude::*;

#[actor(remote(nam = "shop"))]
trait Store {
    fn put(&mut self, value: u32);
}

fn main() {}
