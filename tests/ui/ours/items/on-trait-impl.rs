use actor_core::prelude::*;
trait Greeter {
    fn greet(&self);
}
struct Robot;
#[actor]
impl Greeter for Robot {
    fn greet(&self) {}
}
fn main() {}
