use actor_core::prelude::*;
#[actor]
trait Greeter { async fn greet(&mut self); }
#[actor]
struct Robot;
#[actor]
impl Robot {}
#[actor]
impl Greeter for Robot {
    async fn greet(&mut self) {
        let name = std::rc::Rc::new(1);
        std::future::ready(()).await;
        drop(name);
    }
}
fn main() {}
