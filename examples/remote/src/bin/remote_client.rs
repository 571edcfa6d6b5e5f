use actor_remote::Node;
use remote::GreeterAddr;
use std::time::Duration;

#[actor_core::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let node = Node::connect("tcp/127.0.0.1:7447").await?;
    let greeter: GreeterAddr = node.wait_for("greeter", Duration::from_secs(10)).await?;
    println!("{}", greeter.greet("Ada".into()).await?);
    Ok(())
}
