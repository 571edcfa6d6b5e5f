use actor_core::prelude::*;
use ui::greeting::{Greeter, GreeterAddr};
#[actor]
struct Robot { greeted: u8 }
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    #[message(when = { self.greeted += 1; self.greeted > 3 })]
    fn greet(&mut self, name: String) -> String { name }
}
fn main() {}
