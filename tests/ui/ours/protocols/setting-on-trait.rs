use actor_core::prelude::*;

#[actor(capacity = 8)]
trait Greeter {
    fn greet(&self);
}

fn main() {}
