//! The store on port 3001: `cargo run --bin store`, then for example `telnet localhost 3001`.

use actor_core::prelude::*;
use service::store::{Store, serve};
use smol::net::TcpListener;
use std::sync::Arc;

fn main() -> std::io::Result<()> {
    let executor = Arc::new(smol::Executor::new());
    let system = System::smol(executor.clone());
    let store = system.spawn(Store::default());
    smol::block_on(executor.run(async {
        let listener = TcpListener::bind("127.0.0.1:3001").await?;
        println!("{}", listener.local_addr()?);
        serve(listener, &system, store).await
    }))
}
