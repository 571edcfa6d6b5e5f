use actor_core::prelude::*;

#[actor]
unsafe trait Greeter {
    fn greet(&self);
}

fn main() {}
