use actor_core::prelude::*;

#[actor]
trait Greeter {
    #[message(unbounded)]
    fn greet(&self);
}

fn main() {}
