//! `sse`: server-sent events from a streaming reply. The program is the server and its client.

use std::io;

use actor_core::prelude::*;
use actor_core::streaming::ReplyStream;
use async_net::{TcpListener, TcpStream};
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufReadExt, AsyncWriteExt, Stream, StreamExt};
use http_body_util::{Either, Empty, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use smol_hyper::rt::FuturesIo;

/// A download, and the clients that watch it.
#[actor]
#[derive(Default)]
struct Download {
    percent: u32,
    watching: Vec<Replies<u32>>,
}

#[actor]
impl Download {
    /// The progress so far, and each change of it.
    fn progress(&mut self, progress: Replies<u32>) {
        if progress.try_send(self.percent).is_ok() {
            self.watching.push(progress);
        }
    }

    /// Returns the number of clients. One that reads too slowly misses a step.
    fn advance(&mut self, percent: u32) -> usize {
        self.percent += percent;
        self.watching.retain(|progress| !progress.is_closed());
        for progress in &self.watching {
            let _ = progress.try_send(self.percent);
        }
        if self.percent == 100 {
            self.watching.drain(..).for_each(Replies::finish);
        }
        self.watching.len()
    }
}

/// Each item is one event. An error ends the connection.
fn events(progress: ReplyStream<u32>) -> impl Stream<Item = Result<Frame<Bytes>, CallError>> {
    let event = |percent| Frame::data(Bytes::from(format!("data: {percent}\n\n")));
    progress.map(move |percent| percent.map(event))
}

type Body<S> = Either<StreamBody<S>, Empty<Bytes>>;

fn answer(
    request: &Request<Incoming>,
    download: &DownloadAddr,
) -> Response<Body<impl Stream<Item = Result<Frame<Bytes>, CallError>> + use<>>> {
    if request.uri().path() != "/progress" {
        let mut response = Response::new(Either::Right(Empty::new()));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    // The message is sent when hyper asks for the first event; when the client hangs up, hyper drops the
    // body, and with it the stream.
    let body = StreamBody::new(events(download.progress().stream()));
    let mut response = Response::new(Either::Left(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

async fn serve(socket: TcpStream, download: DownloadAddr) {
    let service = service_fn(|request| {
        let response = answer(&request, &download);
        async { Ok::<_, CallError>(response) }
    });
    let server = hyper::server::conn::http1::Builder::new();
    // A client that hangs up is an error of its connection.
    let _ = server.serve_connection(FuturesIo::new(socket), service).await;
}

/// The lines of a response, beginning with the lines of its head.
type Lines = futures_lite::io::Lines<BufReader<TcpStream>>;

async fn request(listener: &TcpListener, path: &str) -> io::Result<Lines> {
    let mut socket = TcpStream::connect(listener.local_addr()?).await?;
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    socket.write_all(head.as_bytes()).await?;
    Ok(BufReader::new(socket).lines())
}

/// The next event, or `None` at the end of the response.
async fn event(lines: &mut Lines) -> io::Result<Option<String>> {
    while let Some(line) = lines.next().await.transpose()? {
        if line == "0" {
            return Ok(None); // the last chunk
        }
        if line.starts_with("data: ") {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

#[actor_core::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let download = Download::default().spawn();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let (accepting, served) = (listener.clone(), download.clone());
    let accept = async move {
        while let Ok((socket, _)) = accepting.accept().await {
            actor_core::spawn_task(serve(socket, served.clone())).detach();
        }
    };
    let _server = actor_core::spawn_task(accept);

    let mut patient = request(&listener, "/progress").await?;
    println!("patient: {:?}", event(&mut patient).await?);
    let mut hasty = request(&listener, "/progress").await?;
    println!("hasty: {:?}", event(&mut hasty).await?);
    println!("{} clients", download.advance(25).await?);
    println!("hasty: {:?}", event(&mut hasty).await?);

    drop(hasty);
    while download.advance(0).await? > 1 {
        actor_core::future::yield_now().await;
    }
    println!("the hasty client has hung up, and its stream is closed");

    download.advance(75).await?;
    let mut last = None;
    while let Some(next) = event(&mut patient).await? {
        last = Some(next);
    }
    println!("patient: {last:?}, then the end");
    Ok(())
}
