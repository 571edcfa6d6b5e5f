//! A chat server: `chat 127.0.0.1:7000`, then `nc 127.0.0.1 7000` as often as you like.
//!
//! ```text
//!                      Hall       accepts clients; manages names and rooms
//!                       ^
//!   socket ------> Connection ------> Room       runs the commands of a client
//!      ^                               |
//!      +-------------- Writer <--------+         writes the output to the client
//! ```
//!
//! Connections wait for the hall and for rooms, which wait for no actor: if a writer's mailbox is
//! full, the room removes that client. A client that does not read therefore delays only itself,
//! and there is no cycle of waiting actors.

mod command;
mod connection;
mod hall;
mod lines;
mod room;
mod writer;

use crate::hall::{Hall, HallAddr};
use actor_core::prelude::*;
use async_net::{SocketAddr, TcpListener};
use std::io;
use std::process::ExitCode;
use std::time::Duration;

/// The pause before accepting again when the system has no more sockets.
const PAUSE: Duration = Duration::from_millis(100);

// On Unix, `#[actor_core::main]` handles Ctrl-C and SIGTERM: it drops the body, so that no new client
// is accepted, and stops all actors, each of which ends with its `#[on_stop]`.
#[actor_core::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: chat ADDR, as in `chat 127.0.0.1:7000`; port 0 takes any free port");
        return ExitCode::from(2);
    };
    match listen(&address).await {
        Ok((listener, real)) => {
            println!("listening on {real}");
            let error = serve(listener, Hall::new().spawn()).await;
            eprintln!("chat: the hall has failed: {error}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("chat: cannot listen on `{address}`: {error}");
            ExitCode::from(2)
        }
    }
}

async fn listen(address: &str) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let real = listener.local_addr()?;
    Ok((listener, real))
}

/// Accepts every client, as long as the hall exists.
async fn serve(listener: TcpListener, hall: HallAddr) -> CallError {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                if let Err(error) = hall.admit(socket).await {
                    return error;
                }
            }
            Err(error) => {
                eprintln!("chat: could not accept a connection: {error}");
                actor_core::time::sleep(PAUSE).await;
            }
        }
    }
}
