//! The contract of [`Transport`], over the simulated network and over zenoh: the same tests for both.

use actor_core::System;
use actor_core::time;
use actor_remote::{Batch, NodeId, SimNetwork, Transport, TransportEvent, ZenohTransport};
use processes::{SOON, free_port, run};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A network on which transports can be opened.
trait Network {
    async fn join(&self) -> impl Transport;
}

struct Simulated(SimNetwork, Mutex<u32>);

impl Network for Simulated {
    async fn join(&self) -> impl Transport {
        let number = {
            let mut number = self.1.lock().unwrap();
            *number += 1;
            *number
        };
        self.0.transport(&format!("node-{number}"))
    }
}

/// The first end listens, and the others connect to it.
struct Zenoh {
    endpoint: String,
    has_listener: AtomicBool,
}

impl Network for Zenoh {
    async fn join(&self) -> impl Transport {
        let builder = ZenohTransport::builder();
        let builder = match self.has_listener.swap(true, Ordering::SeqCst) {
            // An end that other ends find through the first one.
            true => {
                builder.connect(&self.endpoint).listen(format!("tcp/127.0.0.1:{}", free_port()))
            }
            false => builder.listen(&self.endpoint),
        };
        builder.open().await.unwrap()
    }
}

/// An event, with the bytes of its frame.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Up(NodeId),
    Down(NodeId),
    Frame(NodeId, Vec<u8>),
}

/// The events of one end, and the rules that hold at each moment.
#[derive(Clone, Default)]
struct Record {
    seen: Arc<Mutex<Vec<Seen>>>,
    broken: Arc<Mutex<Vec<String>>>,
}

impl Record {
    fn of(end: &impl Transport) -> Self {
        let record = Record::default();
        let (kept, own) = (record.clone(), end.node());
        let is_reporting = AtomicBool::new(false);
        end.start(Box::new(move |event| {
            if is_reporting.swap(true, Ordering::SeqCst) {
                kept.break_rule("two events at once");
            }
            let events = match event {
                TransportEvent::Up(node) => vec![Seen::Up(node)],
                TransportEvent::Down(node) => vec![Seen::Down(node)],
                TransportEvent::Frame { from, bytes } => vec![Seen::Frame(from, bytes.to_vec())],
                TransportEvent::Batch { from, bytes } => Batch::from_bytes(bytes)
                    .frames()
                    .map(|frame| Seen::Frame(from, frame.to_vec()))
                    .collect(),
                other => panic!("{other:?}"),
            };
            for event in events {
                kept.check(own, &event);
                kept.seen.lock().unwrap().push(event);
            }
            is_reporting.store(false, Ordering::SeqCst);
        }));
        record
    }

    fn break_rule(&self, text: impl Into<String>) {
        self.broken.lock().unwrap().push(text.into());
    }

    fn check(&self, own: NodeId, event: &Seen) {
        let is_up = |node: &NodeId| {
            let seen = self.seen.lock().unwrap();
            let changes = |it: &&Seen| matches!(it, Seen::Up(at) | Seen::Down(at) if at == node);
            matches!(seen.iter().rev().find(changes), Some(Seen::Up(_)))
        };
        let (node, is_right) = match event {
            Seen::Up(node) => (node, !is_up(node)),
            Seen::Down(node) | Seen::Frame(node, _) => (node, is_up(node)),
        };
        if !is_right {
            self.break_rule(format!("{event:?} although `is up` was {}", is_up(node)));
        }
        if *node == own {
            self.break_rule(format!("{event:?} of the node itself"));
        }
    }

    /// Waits until `look` returns a value.
    async fn until<T>(&self, expected: &str, look: impl Fn(&[Seen]) -> Option<T>) -> T {
        let start = time::now();
        loop {
            if let Some(found) = look(&self.seen.lock().unwrap()) {
                assert_eq!(*self.broken.lock().unwrap(), [""; 0]);
                return found;
            }
            assert!(time::now() - start < SOON, "{expected}: {:?}", self.seen.lock().unwrap());
            time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn until_event(&self, event: &Seen) {
        self.until(&format!("{event:?}"), |seen| seen.contains(event).then_some(())).await;
    }
}

async fn nodes_see_each_other_and_not_themselves(network: impl Network) {
    let ends = [network.join().await, network.join().await, network.join().await];
    let records = [Record::of(&ends[0]), Record::of(&ends[1]), Record::of(&ends[2])];
    for (record, own) in records.iter().zip(&ends) {
        for other in ends.iter().filter(|other| other.node() != own.node()) {
            record.until_event(&Seen::Up(other.node())).await;
        }
    }
}

async fn frames_arrive_in_order_and_once(network: impl Network) {
    const COUNT: u32 = 2_000;
    let (from, to) = (network.join().await, network.join().await);
    let (sender, receiver) = (Record::of(&from), Record::of(&to));
    sender.until_event(&Seen::Up(to.node())).await;
    receiver.until_event(&Seen::Up(from.node())).await;
    let frames: Vec<Vec<u8>> = (0..COUNT)
        .map(|number| {
            // Most are short, one in 200 has a MiB.
            let length = if number % 200 == 7 { 1 << 20 } else { 4 + number as usize % 500 };
            let mut frame = vec![number.to_le_bytes()[0]; length];
            frame[..4].copy_from_slice(&number.to_le_bytes());
            frame
        })
        .collect();
    // One by one, and in batches.
    for (number, some) in frames.chunks(3).enumerate() {
        if number % 2 == 0 {
            some.iter().for_each(|frame| from.send(to.node(), frame.clone()));
            continue;
        }
        let mut bytes = Vec::new();
        for frame in some {
            bytes.extend(u32::try_from(frame.len()).unwrap().to_le_bytes());
            bytes.extend(frame);
        }
        from.send_batch(to.node(), Batch::from_bytes(&bytes));
    }
    let expected: Vec<Seen> = frames.into_iter().map(|it| Seen::Frame(from.node(), it)).collect();
    let arrived = |seen: &[Seen]| -> Option<Vec<Seen>> {
        let frames: Vec<_> = seen.iter().filter(|it| matches!(it, Seen::Frame(..))).collect();
        (frames.len() >= COUNT as usize).then(|| frames.into_iter().cloned().collect())
    };
    let arrived = receiver.until("all frames", arrived).await;
    assert!(arrived == expected, "frames are missing, repeated or out of order");
}

async fn frames_go_both_ways_between_several_nodes(network: impl Network) {
    const COUNT: u8 = 100;
    let ends = [network.join().await, network.join().await, network.join().await];
    let records = [Record::of(&ends[0]), Record::of(&ends[1]), Record::of(&ends[2])];
    for (record, own) in records.iter().zip(&ends) {
        for other in ends.iter().filter(|other| other.node() != own.node()) {
            record.until_event(&Seen::Up(other.node())).await;
        }
    }
    for number in 0..COUNT {
        for from in &ends {
            for to in ends.iter().filter(|to| to.node() != from.node()) {
                from.send(to.node(), vec![number]);
            }
        }
    }
    let numbers: Vec<u8> = (0..COUNT).collect();
    for (record, own) in records.iter().zip(&ends) {
        for from in ends.iter().map(Transport::node).filter(|from| *from != own.node()) {
            let arrived = |seen: &[Seen]| {
                let of_sender = seen.iter().filter_map(|event| match event {
                    Seen::Frame(sender, frame) if *sender == from => Some(frame[0]),
                    _ => None,
                });
                (of_sender.eq(numbers.iter().copied())).then_some(())
            };
            record.until("all frames of a sender", arrived).await;
        }
    }
}

async fn a_node_that_leaves_is_down_and_sends_and_receives_nothing_more(network: impl Network) {
    let (stays, leaves) = (network.join().await, network.join().await);
    let (staying, leaving) = (Record::of(&stays), Record::of(&leaves));
    staying.until_event(&Seen::Up(leaves.node())).await;
    leaving.until_event(&Seen::Up(stays.node())).await;
    leaves.send(stays.node(), b"last".to_vec());
    leaves.leave();
    // Leaving again does nothing.
    leaves.leave();
    leaves.left().await;
    let heard = leaving.seen.lock().unwrap().len();
    staying.until_event(&Seen::Down(leaves.node())).await;
    stays.send(leaves.node(), b"late".to_vec());
    leaves.send(stays.node(), b"late".to_vec());
    // Another node comes and is seen, so an event of the one that has left would have been seen too.
    let next = network.join().await;
    let _record = Record::of(&next);
    staying.until_event(&Seen::Up(next.node())).await;
    assert_eq!(leaving.seen.lock().unwrap().len(), heard);
    let late = Seen::Frame(leaves.node(), b"late".to_vec());
    assert!(!staying.seen.lock().unwrap().contains(&late));
}

async fn all_frames_of_a_node_that_leaves_arrive_before_its_end(network: impl Network) {
    const COUNT: u8 = 100;
    let (stays, leaves) = (network.join().await, network.join().await);
    let (staying, leaving) = (Record::of(&stays), Record::of(&leaves));
    staying.until_event(&Seen::Up(leaves.node())).await;
    leaving.until_event(&Seen::Up(stays.node())).await;
    let frames: Vec<Vec<u8>> = (0..COUNT).map(|number| vec![number; 16 << 10]).collect();
    frames.iter().for_each(|frame| leaves.send(stays.node(), frame.clone()));
    leaves.leave();
    let end = Seen::Down(leaves.node());
    staying.until_event(&end).await;
    let frames = frames.into_iter().map(|frame| Seen::Frame(leaves.node(), frame));
    let expected: Vec<Seen> = frames.chain([end]).collect();
    let seen = staying.seen.lock().unwrap();
    assert!(seen.ends_with(&expected), "{} of {COUNT} frames have arrived", seen.len() - 2);
}

async fn two_nodes_can_leave_at_once(network: impl Network) {
    let (one, other) = (network.join().await, network.join().await);
    let records = [Record::of(&one), Record::of(&other)];
    records[0].until_event(&Seen::Up(other.node())).await;
    records[1].until_event(&Seen::Up(one.node())).await;
    let begun = time::now();
    one.leave();
    other.leave();
    one.left().await;
    other.left().await;
    assert!(time::now() - begun < SOON);
}

async fn frames_to_unknown_nodes_are_lost(network: impl Network) {
    let (from, to) = (network.join().await, network.join().await);
    let record = Record::of(&from);
    from.send(NodeId(12_345), b"lost".to_vec());
    // Its node is not up yet.
    from.send(to.node(), b"early".to_vec());
    let receiver = Record::of(&to);
    record.until_event(&Seen::Up(to.node())).await;
    receiver.until_event(&Seen::Up(from.node())).await;
    from.send(to.node(), b"then".to_vec());
    receiver.until_event(&Seen::Frame(from.node(), b"then".to_vec())).await;
}

/// Runs each test on both networks.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod simulated {
            $(
                #[test]
                fn $test() {
                    for seed in 0..30 {
                        let system = System::simulation(seed);
                        system.block_on(async {
                            super::$test(super::Simulated(super::SimNetwork::new(), super::Mutex::new(0))).await;
                        });
                    }
                }
            )*

            use super::System;
        }

        mod zenoh {
            $(
                #[test]
                fn $test() {
                    super::run(async {
                        let endpoint = format!("tcp/127.0.0.1:{}", super::free_port());
                        let has_listener = super::AtomicBool::new(false);
                        super::$test(super::Zenoh { endpoint, has_listener }).await;
                    });
                }
            )*
        }
    };
}

on_both! {
    nodes_see_each_other_and_not_themselves,
    frames_arrive_in_order_and_once,
    frames_go_both_ways_between_several_nodes,
    a_node_that_leaves_is_down_and_sends_and_receives_nothing_more,
    all_frames_of_a_node_that_leaves_arrive_before_its_end,
    two_nodes_can_leave_at_once,
    frames_to_unknown_nodes_are_lost,
}
