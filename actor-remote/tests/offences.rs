//! Sessions that end while their frames are handled, on real threads.

mod bytes;

use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_remote::{Node, NodeId, Transport, TransportEvent};
use bytes::method;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

type OnEvent = Arc<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// The network of one node, all others of which are played by hand.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Tapped>>);

#[derive(Default)]
struct Tapped {
    on_event: Option<OnEvent>,
    /// The number of the node's side of the session, from its last `Hello`.
    session: Option<[u8; 4]>,
    /// The last name.
    named: Vec<u8>,
    /// The number of calls that have failed.
    failed: u64,
}

impl Tap {
    fn lock(&self) -> std::sync::MutexGuard<'_, Tapped> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        let mut tapped = self.lock();
        (tapped.session, tapped.named) = (None, Vec::new());
    }

    fn event(&self, event: TransportEvent<'_>) {
        let on_event = self.lock().on_event.clone().expect("the node has started");
        on_event(event);
    }
}

impl Transport for Tap {
    fn node(&self) -> NodeId {
        NodeId(1)
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        self.lock().on_event = Some(on_event.into());
    }

    fn send(&self, _to: NodeId, frame: Vec<u8>) {
        match frame[5..] {
            [0, 0, ..] => self.lock().session = frame[1..5].try_into().ok(),
            [1, 1, ..] => self.lock().named = frame,
            [_, 7, ..] => self.lock().failed += 1,
            _ => {}
        }
    }

    fn leave(&self) {}
}

#[actor]
struct Idle;

#[actor(remote = "idle")]
impl Idle {
    fn rest(&mut self) {}
}

fn number(out: &mut Vec<u8>, value: u64) {
    out.extend(bytes::number(value));
}

/// Another node, whose frames arrive in one batch.
struct Forger {
    tap: Tap,
    id: u64,
    sequence: u64,
    batch: Vec<u8>,
    sent: u64,
}

impl Forger {
    fn new(tap: Tap) -> Self {
        Forger { tap, id: 1000, sequence: 0, batch: Vec::new(), sent: 0 }
    }

    fn add(&mut self, kind_and_fields: &[u8]) {
        let mut frame = vec![1, 9, 0, 0, 0];
        number(&mut frame, self.sequence);
        frame.extend(kind_and_fields);
        self.sequence += 1;
        self.sent += 1;
        self.batch.extend(u32::try_from(frame.len()).unwrap().to_le_bytes());
        self.batch.extend(frame);
    }

    fn send(&mut self) {
        let bytes = std::mem::take(&mut self.batch);
        self.tap.event(TransportEvent::Batch { from: NodeId(self.id), bytes: &bytes });
    }

    /// Begins a session as another node. Returns the export and the key of the actor with a name.
    async fn open(&mut self, node: &Node) -> (Vec<u8>, Vec<u8>) {
        self.id += 1;
        self.begin(node).await
    }

    async fn begin(&mut self, node: &Node) -> (Vec<u8>, Vec<u8>) {
        self.tap.forget();
        self.tap.event(TransportEvent::Up(NodeId(self.id)));
        let session = until(|| self.tap.lock().session).await;
        self.sequence = 0;
        self.add(&[&[0], &session[..], &[1, b'f']].concat());
        self.sequence = 1;
        self.send();
        until(|| (!node.peers().is_empty()).then_some(())).await;
        let named = || Some(self.tap.lock().named.clone()).filter(|it| !it.is_empty());
        let named = until(named).await;
        let (front, key) = named.split_at(named.len() - 8);
        // The numbers of the exports have one or two bytes.
        let has_two = front[front.len() - 2] >= 0x80;
        (front[front.len() - 1 - usize::from(has_two)..].to_vec(), key.to_vec())
    }
}

async fn until<T>(look: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the node does nothing");
        yield_now().await;
    }
}

/// The frames that arrive behind those for which a node is refused belong to no session: it holds nothing with them.
#[test]
fn a_node_that_is_refused_holds_nothing() {
    let system = System::builder().threads(2).on_incident(|_| {}).build();
    system.block_on(async {
        let tap = Tap::default();
        let node = Node::on(tap.clone(), "node");
        let mut forger = Forger::new(tap);
        for round in 0..200 {
            let name = round.to_string();
            node.register(&name, &Idle.spawn()).unwrap();
            let (export, key) = forger.open(&node).await;
            forger.add(&[&[2], &export[..], &key].concat());
            for _ in 0..100 {
                // The arguments are not an array.
                forger.add(&[&[5], &export[..], &method(&["idle", "rest"]), &[1]].concat());
            }
            for _ in 0..2000 {
                forger.add(&[&[2], &export[..], &key].concat());
            }
            forger.send();
            let handled = || node.counters().frames_received == forger.sent;
            let refused = || node.counters().refused_sessions == round + 1;
            until(|| (handled() && refused()).then_some(())).await;
            node.unregister(&name);
            assert_eq!(node.tables().exports, 0, "in round {round}");
        }
        node.leave();
    });
}

/// The rule of the node is asked outside of the task of the node, and answers in the next session.
#[test]
fn a_kill_that_is_refused_after_its_session_does_not_affect_the_next_one() {
    let system = System::builder().threads(2).on_incident(|_| {}).build();
    system.block_on(async {
        let (tap, asked) = (Tap::default(), Arc::new(AtomicU64::new(0)));
        let (gate, shut) = mpsc::channel::<()>();
        let (shut, is_asked) = (Mutex::new(shut), asked.clone());
        let rule = move |_: &str, _: &str, _: Option<&str>| {
            is_asked.fetch_add(1, Ordering::Relaxed);
            // Until the gate is dropped.
            shut.lock().unwrap().recv().unwrap_err();
            false
        };
        let node = Node::builder().allow(rule).on(tap.clone(), "node");
        node.register("idle", &Idle.spawn()).unwrap();
        let mut forger = Forger::new(tap.clone());
        let (export, key) = forger.open(&node).await;
        let hold = [&[2], &export[..], &key].concat();
        forger.add(&hold);
        forger.add(&[&[12], &export[..]].concat());
        forger.send();
        until(|| (asked.load(Ordering::Relaxed) == 1).then_some(())).await;
        tap.event(TransportEvent::Down(NodeId(forger.id)));
        until(|| node.peers().is_empty().then_some(())).await;
        forger.begin(&node).await;
        forger.add(&hold);
        forger.send();
        until(|| (node.counters().frames_received == forger.sent).then_some(())).await;
        drop(gate);
        until(|| (node.counters().refused_controls == 1).then_some(())).await;
        forger.add(&[&[4], &export[..], &method(&["idle", "rest"]), &[1, 0x90]].concat());
        forger.send();
        until(|| (tap.lock().failed == 1).then_some(())).await;
        node.leave();
    });
}
