use actor_core::prelude::*;

#[actor]
trait Door {
    fn close(self) -> u8;
}

fn main() {}
