//! The same greeter between machines: over `quic/`, with certificates.
//!
//! `certificates.sh FOLDER` makes throw-away certificates for one machine. Then `secure serve FOLDER` is the
//! server, and `secure greet FOLDER` the client.

use actor_core::prelude::*;
use actor_remote::{Node, OpenError, ZenohBuilder, ZenohTransport};
use remote::{Greeter, GreeterAddr};
use std::time::Duration;

const ENDPOINT: &str = "quic/127.0.0.1:7448";

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

// ANCHOR: settings
fn settings(folder: &str) -> ZenohBuilder {
    let file = |name: &str| format!("{folder}/{name}");
    ZenohTransport::builder()
        .cluster("greeters")
        .certificates(file("ca.pem"), file("node.pem"), file("node.key"))
        .lease(Duration::from_secs(5))
}

async fn server(folder: &str) -> Result<Node, OpenError> {
    let transport = settings(folder).listen(ENDPOINT).open().await?;
    Ok(Node::builder().control(false).on(transport, "server"))
}

async fn client(folder: &str) -> Result<Node, OpenError> {
    let transport = settings(folder).connect(ENDPOINT).open().await?;
    Ok(Node::on(transport, "client"))
}
// ANCHOR_END: settings

#[actor_core::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", folder] => {
            let node = server(folder).await?;
            node.register("greeter", &GreeterAddr::from(English.spawn()))?;
            node.left().await;
        }
        ["greet", folder] => {
            let node = client(folder).await?;
            let greeter: GreeterAddr = node.wait_for("greeter", Duration::from_secs(10)).await?;
            println!("{}", greeter.greet("Ada".into()).await?);
        }
        _ => return Err("usage: secure serve FOLDER, or secure greet FOLDER".into()),
    }
    Ok(())
}
