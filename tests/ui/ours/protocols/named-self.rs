use actor_core::prelude::*;

#[actor]
trait Greeter {
    fn again(&self) -> Self;
}

fn main() {}
