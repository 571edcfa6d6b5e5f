use actor_core::prelude::*;

#[actor]
union Both {
    a: u8,
}

fn main() {}
