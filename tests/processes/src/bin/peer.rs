//! A process with one node, which registers two stores, `store` and `other`.
//!
//! Arguments: the endpoint to listen at, or `-`; the endpoint to connect to, or `-`; the lease in milliseconds;
//! another name for `store`, if wanted. It reads commands from its input, a line each, and leaves gracefully on Ctrl-C:
//! `exit` ends the process without leaving, `shutdown` leaves gracefully and prints the report.

use actor_core::prelude::*;
use actor_remote::{Node, ZenohTransport};
use processes::{Memory, StoreAddr};
use std::error::Error;
use std::time::Duration;

#[actor_core::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (listen, connect, lease, name) = match &arguments[..] {
        [listen, connect, lease] => (listen, connect, lease, "store"),
        [listen, connect, lease, name] => (listen, connect, lease, name.as_str()),
        _ => return Err("expected: listen, connect, lease and possibly a name".into()),
    };
    let mut builder = ZenohTransport::builder().lease(Duration::from_millis(lease.parse()?));
    if listen != "-" {
        builder = builder.listen(listen);
    }
    if connect != "-" {
        builder = builder.connect(connect);
    }
    if let Ok(folder) = std::env::var("CERTIFICATES") {
        let file = |name: &str| format!("{folder}/{name}");
        builder = builder.certificates(file("ca.pem"), file("node.pem"), file("node.key"));
    }
    let node = Node::on(builder.open().await?, "peer");
    for name in [name, "other"] {
        node.register(name, &StoreAddr::from(Memory::default().spawn()))?;
    }
    println!("ready");
    loop {
        let line = actor_core::unblock(|| std::io::stdin().lines().next()).await;
        match line.transpose()?.as_deref() {
            Some("shutdown") => println!("{}", node.shutdown(Duration::from_secs(10)).await),
            // The end of the input says that the test is over.
            Some("exit") | None => std::process::exit(0),
            Some(other) => return Err(format!("unknown command `{other}`").into()),
        }
    }
}
