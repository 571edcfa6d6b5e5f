//! A process with one node, which registers two stores, `store` and `other`.
//!
//! Arguments: the endpoint to listen at, or `-`; the endpoint to connect to, or `-`; the lease in milliseconds;
//! another name for `store`, if wanted. It reads commands from its input, a line each, and leaves gracefully on Ctrl-C:
//! `exit` ends the process without leaving, `shutdown` leaves gracefully and prints the report. The others use the
//! topic: `subscribe COUNT`, `hello PUBLISHER`, `publishers`, `publish PUBLISHER COUNT` and `seen`. `latest COUNT` keeps
//! the latest items; `read LAST` reads them up to the item with this number, and prints how many were dropped and read. `frames` prints the number of frames received.

use actor_core::prelude::*;
use actor_core::topic::Lagged;
use actor_remote::{Node, ZenohTransport};
use futures_lite::StreamExt;
use processes::{Broadcast, Memory, StoreAddr};
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
    let mut news = None;
    let mut latest = None;
    loop {
        let line = actor_core::unblock(|| std::io::stdin().lines().next()).await;
        // The end of the input says that the test is over.
        let line = line.transpose()?.unwrap_or_else(|| "exit".to_owned());
        let words: Vec<&str> = line.split(' ').collect();
        match (&words[..], &news) {
            (["exit"], _) => std::process::exit(0),
            (["shutdown"], _) => println!("{}", node.shutdown(Duration::from_secs(10)).await),
            (["frames"], _) => println!("{}", node.counters().frames_received),
            (["subscribe", count], None) => {
                news = Some(Broadcast::of(&node, count.parse()?));
                println!("subscribed");
            }
            (["hello", publisher], Some(news)) => {
                news.say_hello(publisher.parse()?).await;
                println!("said");
            }
            (["publishers"], Some(news)) => println!("{}", news.publishers().await),
            (["publish", publisher, count], Some(news)) => {
                news.publish(publisher.parse()?, count.parse()?).await;
                println!("published");
            }
            (["seen"], Some(news)) => println!("{:?}", news.seen().await),
            (["latest", count], Some(news)) => {
                let stream = news.topic().local().stream();
                latest = Some(stream.drop_oldest(count.parse()?));
                println!("subscribed");
            }
            (["read", last], _) => {
                let mut items = latest.take().ok_or("nothing is kept")?;
                let (mut dropped, mut read, last) = (0, 0, last.parse::<u64>()?);
                loop {
                    match items.next().await.ok_or("the topic is closed")? {
                        Err(Lagged(count)) => dropped += count,
                        Ok((_, number)) => {
                            read += 1;
                            if number == last {
                                break;
                            }
                        }
                    }
                }
                println!("{dropped} {read}");
            }
            _ => return Err(format!("unknown command `{line}`").into()),
        }
    }
}
