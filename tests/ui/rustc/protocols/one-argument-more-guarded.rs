use actor_core::prelude::*;
use ui::greeting::{Greeter, GreeterAddr};
#[actor]
struct Robot { awake: bool }
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    #[message(when = *loud)]
    fn greet(&mut self, name: String, loud: bool) -> String { name }
}
fn main() {}
