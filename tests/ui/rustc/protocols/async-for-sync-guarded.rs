use actor_core::prelude::*;
use ui::greeting::{Greeter, GreeterAddr};
#[actor]
struct Robot { awake: bool }
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    #[message(when = self.awake)]
    async fn greet(&mut self, name: String) -> String { name }
}
fn main() {}
