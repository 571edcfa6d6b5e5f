use actor_core::prelude::*;

#[actor(remote)]
trait Store {
    fn put(&mut self, #[cfg(unix)] value: u32);
}

fn main() {}
