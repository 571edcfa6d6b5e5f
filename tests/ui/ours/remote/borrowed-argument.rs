use actor_core::prelude::*;

#[actor(remote)]
trait Store {
    fn rename(&mut self, name: &str);
}

fn main() {}
