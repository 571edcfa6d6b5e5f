use actor_core::prelude::*;
use ui::greeting::{Greeter, GreeterAddr};
#[actor]
struct Robot;
#[actor]
impl Robot {}
impl Greeter for Robot {
    fn greet(&mut self, name: String) -> String { name }
}
fn main() {
    let _: GreeterAddr = Robot.spawn().into();
}
