//! `stream`: an actor that reads the lines of a connection, each as a message, at its own pace.

use actor_core::prelude::*;
use async_net::{TcpListener, TcpStream};
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufReadExt, AsyncWriteExt};

#[actor]
struct Reader {
    socket: Option<TcpStream>,
    lines: u32,
}

#[actor]
impl Reader {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        let lines = self.socket.take().map(|socket| BufReader::new(socket).lines());
        if let Some(lines) = lines {
            context.attach(lines, |me, line| me.line(line)).on_end(|me| me.closed()).detach();
        }
    }

    /// An error is an item like any other.
    fn line(&mut self, line: std::io::Result<String>) {
        self.lines += 1;
        match line {
            Ok(line) => println!("{}: {line}", self.lines),
            Err(error) => println!("{}: {error}", self.lines),
        }
    }

    /// Arrives once, after the last line.
    fn closed(&mut self) {
        println!("closed after {} lines", self.lines);
    }
}

#[actor_core::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut peer = TcpStream::connect(listener.local_addr()?).await?;
    let (socket, _) = listener.accept().await?;

    let end = Reader { socket: Some(socket), lines: 0 }.spawn().join();
    peer.write_all(b"one\ntwo\nthree\n").await?;
    drop(peer);
    // No address is stored: only the stream keeps the actor alive, and the actor ends with it.
    println!("{}", end.await);
    Ok(())
}
