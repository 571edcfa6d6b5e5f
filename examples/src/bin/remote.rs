//! Two nodes in one simulation: a client calls a counter on a server, the network is cut, and the client
//! learns whether its call can have been handled.

use actor_core::prelude::*;
use actor_remote::{Node, SimNetwork};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

// ANCHOR: protocol
/// What the nodes have in common: the messages of a counter.
#[actor(remote)]
trait Counter {
    /// Adds `amount` and returns the new total.
    fn add(&mut self, amount: u64) -> u64;
}
// ANCHOR_END: protocol

// ANCHOR: server
#[actor]
struct Total {
    total: u64,
}

#[actor]
impl Total {}

#[actor]
impl Counter for Total {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

fn serve(server: &Node) -> Result<(), actor_remote::NameTaken> {
    let counter = Total { total: 0 }.spawn();
    server.register("counter", &CounterAddr::from(counter))
}
// ANCHOR_END: server

// ANCHOR: client
async fn use_it(client: &Node, network: &SimNetwork) -> Result<(), Box<dyn std::error::Error>> {
    let counter: CounterAddr = client.wait_for("counter", LIMIT).await?;
    println!("total: {}", counter.add(5).await?);

    network.cut("client", "server");
    let error = counter.add(1).await.unwrap_err();
    println!("cut off: {error}");
    println!("safe to retry: {}", error.never_handled());
    println!("the address: {}", counter.join().await);

    network.heal("client", "server");
    let counter: CounterAddr = client.wait_for("counter", LIMIT).await?;
    println!("total: {}", counter.add(1).await?);
    Ok(())
}
// ANCHOR_END: client

fn main() -> Result<(), Box<dyn std::error::Error>> {
    System::simulation(1).block_on(async {
        let network = SimNetwork::new();
        let (server, client) = (network.node("server"), network.node("client"));
        serve(&server)?;
        use_it(&client, &network).await
    })
}

// ANCHOR: wire_file
#[test]
fn the_messages_of_a_counter_are_those_of_the_wire_file() {
    actor_remote::wire_file::check::<CounterAddr>("wire/counter.wire");
}
// ANCHOR_END: wire_file
