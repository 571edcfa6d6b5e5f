//! The chat rooms on port 3000: `cargo run --bin rooms`. On Unix, Ctrl-C shuts down gracefully.

use actor_core::prelude::*;
use service::rooms::{Rooms, router};
use std::time::Duration;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let rooms = Rooms::default().spawn();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("ws://{}/rooms/lobby", listener.local_addr()?);
    axum::serve(listener, router(rooms))
        .with_graceful_shutdown(actor_core::system::shutdown_signal())
        .await?;
    println!("{}", System::current().shutdown(Duration::from_secs(5)).await);
    Ok(())
}
