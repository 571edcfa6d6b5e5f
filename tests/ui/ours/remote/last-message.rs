use actor_core::prelude::*;

#[actor]
struct Store;

#[actor(remote)]
impl Store {
    #[message(last)]
    fn close(self) {}
}

fn main() {}
