use actor_core::prelude::*;
use std::fmt::Debug;

#[actor]
trait Greeter: Send + Debug + 'static + Clone {
    fn greet(&self);
}

fn main() {}
