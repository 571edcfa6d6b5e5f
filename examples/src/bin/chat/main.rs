//! A chat server: `chat 127.0.0.1:7000`, then `nc 127.0.0.1 7000` as often as you like.
//!
//! ```text
//!                      Hall       lets clients in; knows who is called what and which rooms there are
//!                       ^
//!   socket ------> Connection ------> Room       carries out what a client types
//!      ^                               |
//!      +-------------- Writer <--------+         writes what a client is told
//! ```
//!
//! Connections wait for the hall and for rooms, and those wait for nobody: a room that finds no room
//! in a writer's mailbox lets that client go. So one who does not read holds up only itself, and no
//! actors wait for each other in a circle.

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

/// How long to leave the door shut when the system has no more sockets to give.
const PAUSE: Duration = Duration::from_millis(100);

// Ctrl-C and SIGTERM are looked after by `#[actor_core::main]`: it drops the body, so that nobody
// new is let in, and stops all actors, each of which ends by its `#[on_stop]`.
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

/// Lets everybody in who comes, for as long as there is a hall to come into.
async fn serve(listener: TcpListener, hall: HallAddr) -> CallError {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                if let Err(error) = hall.admit(socket).await {
                    return error;
                }
            }
            Err(error) => {
                eprintln!("chat: could not let somebody in: {error}");
                actor_core::time::sleep(PAUSE).await;
            }
        }
    }
}
