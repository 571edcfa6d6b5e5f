use actor_core::prelude::*;

#[actor]
trait Greeter {
    #[on_start]
    fn begin(&mut self);
    fn greet(&self);
}

fn main() {}
