use actor_core::prelude::*;

#[actor(remote)]
trait Store<T: Send + 'static> {
    fn put(&mut self, value: T);
}

fn main() {}
