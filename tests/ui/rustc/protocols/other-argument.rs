use actor_core::prelude::*;
use ui::greeting::{Greeter, GreeterAddr};
#[actor]
struct Robot { awake: bool }
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    fn greet(&mut self, name: u64) -> String { name.to_string() }
}
fn main() {}
