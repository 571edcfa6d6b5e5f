use actor_core::prelude::*;

#[actor]
trait Greeter {
    fn new() -> u8;
}

fn main() {}
