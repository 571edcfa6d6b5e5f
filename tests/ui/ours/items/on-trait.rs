use actor_core::prelude::*;

#[actor]
trait Greeter {
    fn greet(&self);
}

fn main() {}
