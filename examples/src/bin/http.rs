//! `http`: a service with one actor per counter: `http 127.0.0.1:8000`, then `curl -X POST
//! localhost:8000/visits`, `curl localhost:8000/visits`, `curl -X DELETE ..`.

use std::io;

use actor_core::prelude::*;
use async_net::{TcpListener, TcpStream};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use smol_hyper::rt::FuturesIo;

/// A counter, registered by name. It lives until it is stopped.
#[actor]
#[derive(Default)]
struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    fn add(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn count(&self) -> u64 {
        self.count
    }
}

/// Returns the counter with this name. If two callers create it at the same time, one of them
/// registers it.
fn counter(name: &str) -> CounterAddr {
    loop {
        if let Some(counter) = CounterAddr::lookup(name) {
            return counter;
        }
        let counter = Counter::default().spawn();
        if counter.register(name).is_ok() {
            return counter;
        }
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, CallError> {
    let name = request.uri().path();
    let count = match (request.method(), CounterAddr::lookup(name)) {
        (&Method::POST, _) => Some(counter(name).add().if_room().await?),
        (&Method::GET, Some(counter)) => Some(counter.count().await?),
        (&Method::DELETE, Some(counter)) => {
            let count = counter.count().await?;
            counter.stop();
            Some(count)
        }
        _ => None,
    };
    let mut response = Response::default();
    match count {
        Some(count) => *response.body_mut() = Full::from(format!("{count}\n")),
        None => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    Ok(response)
}

/// A call without a reply ends the connection: the client sees that, and can retry.
async fn serve(socket: TcpStream) {
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(FuturesIo::new(socket), service_fn(answer));
    if let Err(error) = connection.await {
        eprintln!("http: {error}");
    }
}

#[actor_core::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".into());
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        actor_core::spawn_task(serve(socket)).detach();
    }
}
