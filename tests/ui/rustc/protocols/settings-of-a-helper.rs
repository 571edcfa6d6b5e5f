use actor_core::prelude::*;
#[actor]
trait Greeter {
    fn greet(&mut self) {}
    #[message(skip)]
    fn helper(&self) {}
}
#[actor]
struct Robot;
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    #[message(priority)]
    fn helper(&self) {}
}
fn main() {}
