//! How often a node holds and releases an actor of another node, which is played by hand.

mod forged;

use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, NodeId, TransportEvent};
use forged::{Forger, Pipe};
use std::time::Duration;

const SOON: Duration = Duration::from_millis(100);

#[actor]
struct Log;

#[actor(remote = "log")]
impl Log {
    fn line(&mut self, _text: String) {}
}

/// The frames that the forger got, without heartbeats: the kind, and the fields.
fn frames(forger: &Forger) -> Vec<Vec<u8>> {
    let frames = forger.pipe.taken(forger.id).into_iter().map(|frame| frame[6..].to_vec());
    frames.filter(|frame| frame[0] != 13).collect()
}

/// The address ends on this side only: the actor may continue, and another address of it may be held.
#[actor_core::test(seeds = 20)]
async fn an_address_that_ends_while_it_waits_for_its_credit_is_released_once() {
    let pipe = Pipe::default();
    let node = Node::on(pipe.port(1), "node");
    drop(pipe.port(3));
    pipe.event(NodeId(1), TransportEvent::Up(NodeId(3)));
    let mut forger = Forger { pipe, id: NodeId(3), victim: NodeId(1), session: 0, sequence: 0 };
    forger.open().await;
    forger.frame(&[&[1, 0, 1][..], b"\x03log\x03log", &[3], &[0; 8]].concat());
    let log: LogAddr = node.wait_for("log", Duration::from_secs(10)).await.unwrap();
    log.line("one".into()).send().await.unwrap();
    time::sleep(SOON).await;
    let kinds: Vec<u8> = frames(&forger).iter().map(|frame| frame[0]).collect();
    assert_eq!(kinds, [2, 5], "the hold and the send");
    drop(log);
    time::sleep(SOON).await;
    assert!(frames(&forger).is_empty(), "it waits for the credit of the send");
    // `Ended`: killed.
    forger.frame(&[10, 3, 1]);
    time::sleep(SOON).await;
    assert_eq!(frames(&forger), [[3, 3, 1]], "one release of one address");
    assert_eq!(node.tables().proxies, 0);
}
