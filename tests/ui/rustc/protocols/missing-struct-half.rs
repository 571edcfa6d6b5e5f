use actor_core::prelude::*;
use ui::greeting::{Greeter, GreeterAddr};
struct Robot;
#[actor]
impl Greeter for Robot {
    fn greet(&mut self, name: String) -> String { name }
}
fn main() {}
