//! `tokio_host`: actors on the runtime of a tokio program, with tokio's sockets and timers in their
//! handlers.

use actor_core::prelude::*;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Serves and counts HTTP requests.
#[actor]
struct Server {
    served: u32,
}

#[actor]
impl Server {
    /// Serves one connection, as a message: the counter needs no lock.
    async fn serve(&mut self, mut stream: TcpStream) -> io::Result<()> {
        let mut request = [0; 64];
        let length = stream.read(&mut request).await?;
        let path = String::from_utf8_lossy(&request[..length]);
        let path = path.split(' ').nth(1).unwrap_or("/").to_owned();
        self.served += 1;
        let body = format!("number {} is {path}", self.served);
        stream.write_all(format!("HTTP/1.0 200 OK\r\n\r\n{body}").as_bytes()).await
    }
}

/// Fetches pages, as with `reqwest`.
#[actor]
struct Client {
    limit: Duration,
}

#[actor]
impl Client {
    /// Returns the body of the page at `path`.
    async fn get(&self, server: SocketAddr, path: &'static str) -> io::Result<String> {
        let page = async {
            let mut stream = TcpStream::connect(server).await?;
            stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await?;
            let mut page = String::new();
            stream.read_to_string(&mut page).await?;
            Ok(page.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
        };
        tokio::time::timeout(self.limit, page).await?
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = Server { served: 0 }.spawn(); // on this runtime
    // A tokio task passes the connections on, and waits while the mailbox is full.
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if server.serve(stream).send().await.is_err() {
                break;
            }
        }
    });

    let client = Client { limit: Duration::from_secs(60) }.spawn();
    for path in ["/apples", "/pears"] {
        println!("{}", client.get(address, path).await??);
    }
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let hasty = Client { limit: Duration::from_millis(10) }.spawn();
    match hasty.get(silent.local_addr()?, "/slow").await? {
        Ok(body) => println!("{body}"),
        Err(error) => println!("/slow: {}", error.kind()),
    }

    // In the other direction: a call from a thread outside async.
    let plums = tokio::task::spawn_blocking(move || client.get(address, "/plums").wait());
    println!("{}", plums.await???);
    let report = System::current().shutdown(Duration::from_secs(5)).await;
    println!("{report}");
    Ok(())
}
