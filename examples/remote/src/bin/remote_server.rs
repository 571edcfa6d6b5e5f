use actor_core::prelude::*;
use actor_remote::Node;
use remote::{Greeter, GreeterAddr};

#[actor]
struct English;

#[actor]
impl English {}

#[actor]
impl Greeter for English {
    fn greet(&mut self, name: String) -> String {
        format!("hello, {name}")
    }
}

#[actor_core::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let node = Node::listen("tcp/127.0.0.1:7447").await?;
    node.register("greeter", &GreeterAddr::from(English.spawn()))?;
    node.left().await; // until Ctrl-C
    Ok(())
}
