use actor_core::prelude::*;

#[actor]
struct Store;

#[actor(remote)]
impl Store {
    fn keep(&mut self, #[data] _reply: Reply<u8>) {}
}

fn main() {}
