use actor_core::prelude::*;

#[actor]
trait Greeter<'a> {
    fn greet(&self, name: String);
}

fn main() {}
