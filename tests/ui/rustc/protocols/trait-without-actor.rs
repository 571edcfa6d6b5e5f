use actor_core::prelude::*;
trait Greeter { fn greet(&self); }
#[actor]
struct Robot;
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    fn greet(&self) {}
}
fn main() {}
