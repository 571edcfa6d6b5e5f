use actor_core::prelude::*;
use std::fmt::Debug;

#[actor]
trait Greeter: Debug + Send {
    fn greet(&self);
}

fn main() {}
