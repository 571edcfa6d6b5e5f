use actor_core::prelude::*;
use ui::greeting::{Greeter, GreeterAddr};
#[actor]
struct Robot<K: Send + 'static>(K);
#[actor]
impl<K: Send + 'static> Greeter for Robot<K> {
    fn greet(&mut self, name: String) -> String { name }
}
fn main() {}
