//! `hang_up`: an HTTP client hangs up, and the work for its request ends in three actors. The program is
//! the server and its client.

use std::sync::atomic::{AtomicU32, Ordering};

use actor_core::future::yield_now;
use actor_core::prelude::*;
use async_net::{TcpListener, TcpStream};
use futures_lite::AsyncWriteExt;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use smol_hyper::rt::FuturesIo;

/// The number of handlers at work.
static WORKING: AtomicU32 = AtomicU32::new(0);

/// The work of a handler. None of them gets to its end here, so each is dropped before it.
struct Work(&'static str);

impl Work {
    fn begin(name: &'static str) -> Self {
        println!("{name} begins");
        WORKING.fetch_add(1, Ordering::Relaxed);
        Work(name)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        println!("{} is dropped", self.0);
        WORKING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[actor]
struct Site {
    library: LibraryAddr,
}

#[actor]
impl Site {
    /// Dropped at its next await when the caller is gone, and the call of the library with it.
    #[message(abort)]
    async fn page(&self) -> Result<String, CallError> {
        let _work = Work::begin("page");
        Ok(format!("<p>{}</p>", self.library.book().await??))
    }

    fn name(&self) -> &'static str {
        "site"
    }
}

#[actor]
struct Library {
    disk: DiskAddr,
}

#[actor]
impl Library {
    #[message(abort)]
    async fn book(&self) -> Result<String, CallError> {
        let _work = Work::begin("book");
        self.disk.read().await
    }
}

#[actor]
struct Disk;

#[actor]
impl Disk {
    /// A disk that does not answer.
    #[message(abort)]
    async fn read(&self) -> String {
        let _work = Work::begin("read");
        std::future::pending().await
    }
}

async fn answer(site: &SiteAddr) -> Result<Response<Full<Bytes>>, CallError> {
    Ok(Response::new(Full::from(site.page().await??)))
}

async fn serve(socket: TcpStream, site: SiteAddr) {
    // When the client hangs up, hyper drops the future of the request: the call of `page` is dropped.
    let service = service_fn(|_: Request<Incoming>| answer(&site));
    let server = hyper::server::conn::http1::Builder::new();
    let _ = server.serve_connection(FuturesIo::new(socket), service).await;
}

/// Waits until this many handlers are running.
async fn working(count: u32) {
    while WORKING.load(Ordering::Relaxed) != count {
        yield_now().await;
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let site = Site { library: Library { disk: Disk.spawn() }.spawn() }.spawn();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let served = site.clone();
    let _server = actor_core::spawn_task(async move {
        while let Ok((socket, _)) = listener.accept().await {
            actor_core::spawn_task(serve(socket, served.clone())).detach();
        }
    });

    let mut client = TcpStream::connect(address).await?;
    client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
    working(3).await;
    drop(client);
    println!("the client hangs up");
    working(0).await;
    println!("the {} goes on", site.name().await?);
    Ok(())
}

/// On one thread, so that the lines have one order.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    System::current_thread().block_on(run())
}
