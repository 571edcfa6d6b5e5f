use actor_core::prelude::*;
#[actor]
trait Greeter { async fn greet(&mut self); }
#[actor]
struct Robot;
#[actor]
impl Robot {}
#[actor]
#[async_trait::async_trait]
impl Greeter for Robot { async fn greet(&mut self) {} }
fn main() {}
