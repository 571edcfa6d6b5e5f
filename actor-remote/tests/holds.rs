//! How often a node holds and releases an actor of another node, which is played by hand.

#[allow(dead_code, reason = "these frames have short numbers")]
mod bytes;
mod forged;

use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, NodeId, TransportEvent};
use bytes::method;
use forged::{Forger, Pipe};
use std::time::Duration;

const SOON: Duration = Duration::from_millis(100);

#[actor]
struct Log;

#[actor(remote = "log")]
impl Log {
    fn line(&mut self, _text: String) {}
}

#[actor]
#[derive(Default)]
struct Shelf {
    kept: Vec<LogAddr>,
}

#[actor(remote = "shelf")]
impl Shelf {
    fn put(&mut self, log: LogAddr) {
        self.kept.push(log);
    }

    fn ignore(&mut self, _logs: Vec<LogAddr>) {}
}

/// A node with a shelf, whose export is 2, and two nodes that are played by hand: the first one holds the shelf, and
/// passes on addresses of actors of the second one.
struct Passing {
    node: Node,
    gateway: Forger,
    exporter: Forger,
}

async fn passing() -> Passing {
    let pipe = Pipe::default();
    let node = Node::on(pipe.port(1), "node");
    node.register("shelf", &Shelf::default().spawn()).unwrap();
    let [mut gateway, mut exporter] = [3, 4].map(|id| {
        drop(pipe.port(id));
        pipe.event(NodeId(1), TransportEvent::Up(NodeId(id)));
        let (pipe, id, victim) = (pipe.clone(), NodeId(id), NodeId(1));
        Forger { pipe, id, victim, session: 0, sequence: 0 }
    });
    gateway.open().await;
    exporter.open().await;
    let names = frames(&gateway).into_iter().rfind(|frame| frame[0] == 1).unwrap();
    gateway.frame(&[&[2, 2], &names[names.len() - 8..]].concat());
    frames(&exporter);
    Passing { node, gateway, exporter }
}

const TAKEN: [u8; 11] = [28, 4, 0, 0, 0, 0, 0, 0, 0, 7, 1];

impl Passing {
    /// Passes the address of export 7 on, whose key is 9.
    async fn pass(&mut self) {
        self.gateway.frame(&[27, 1, 4, 0, 0, 0, 0, 0, 0, 0, 7]);
        let put = method(&["shelf", "put", "log"]);
        self.gateway.frame(&[&[5, 2], &put[..], &[0x91, 0x93, 4, 7, 9]].concat());
        time::sleep(SOON).await;
    }

    /// The frames for the gateway, without credit.
    fn returned(&self) -> Vec<Vec<u8>> {
        frames(&self.gateway).into_iter().filter(|frame| frame[0] != 9).collect()
    }
}

#[actor_core::test(seeds = 20)]
async fn an_address_that_was_passed_on_is_taken_once_its_node_has_answered() {
    let mut all = passing().await;
    all.pass().await;
    assert_eq!(frames(&all.exporter), [[25, 7, 9, 0, 0, 0, 0, 0, 0, 0]], "it asks");
    assert!(all.returned().is_empty());
    all.exporter.frame(&[26, 7]);
    time::sleep(SOON).await;
    assert_eq!(all.returned(), [TAKEN]);
    all.pass().await;
    assert_eq!(all.returned(), [TAKEN], "it is known that the address is held");
    assert!(frames(&all.exporter).is_empty());
}

#[actor_core::test(seeds = 20)]
async fn an_address_that_was_passed_on_is_taken_when_the_node_of_its_actor_is_lost() {
    let mut all = passing().await;
    all.pass().await;
    assert!(all.returned().is_empty());
    all.exporter.pipe.event(NodeId(1), TransportEvent::Down(NodeId(4)));
    time::sleep(SOON).await;
    assert_eq!(all.returned(), [TAKEN]);
    all.pass().await;
    assert_eq!(all.returned(), [TAKEN], "the actor cannot be reached");
}

#[actor_core::test(seeds = 20)]
async fn an_answer_without_a_question_ends_the_session() {
    for export in [7, 8] {
        let mut all = passing().await;
        if export == 8 {
            all.pass().await;
        }
        all.exporter.frame(&[26, export]);
        time::sleep(SOON).await;
        assert_eq!((all.node.counters().bad_frames, all.node.counters().lost_sessions), (1, 1));
        // A frame of this kind of a session in which nothing was passed on has no effect.
        all.gateway.frame(&TAKEN);
        time::sleep(SOON).await;
        assert_eq!(all.node.counters().bad_frames, 1);
    }
}

#[actor_core::test(seeds = 1)]
async fn a_node_that_answers_no_question_loses_its_session() {
    let mut all = passing().await;
    let ignore = method(&["shelf", "ignore", "logs"]);
    let mut passed = vec![27, 0xe8, 7];
    let mut body = vec![0x91, 0xdc, 3, 0xe8];
    for export in 0..1000_u16 {
        let [low, high] = export.to_le_bytes();
        passed.extend([4, 0, 0, 0, 0, 0, 0, 0, low | 0x80, (high << 1) | (low >> 7)]);
        body.extend([0x93, 4, 0xcd, high, low, 9]);
    }
    for message in 0..66 {
        all.gateway.frame(&passed);
        all.gateway.frame(&[&[5, 2], &ignore[..], &body].concat());
        let lost = u64::from(message == 65);
        time::sleep(SOON).await;
        assert_eq!(all.node.counters().bad_frames, 0);
        assert_eq!(all.node.counters().lost_sessions, lost, "after {message}");
    }
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
