use actor_core::prelude::*;
use ui::greeting::Greeter;
#[actor]
struct Robot;
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    fn greet(&mut self, name: String) -> String { name }
}
fn main() {}
