//! Mutated frames of every kind: none panics or ends an actor, and each allocates within a bound. In a
//! separate binary with a single test, so that no other test's allocations are counted.
//!
//! `ACTOR_TESTS=full cargo test --release -p actor-remote --test mutated -- --nocapture` sends ten million
//! of them; `MUTATED_FRAMES` sets another number.

#[path = "../bytes/mod.rs"]
mod bytes;
#[allow(dead_code, reason = "the sum is for the test of floods")]
mod heap;
mod mutator;
mod subject;

use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_remote::{Node, NodeId, Transport, TransportEvent};
use mutator::Random;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use subject::{Subject, SubjectAddr};

type OnEvent = Arc<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// A node with 100 bad frames in 10 seconds is refused: others take its place before.
const OFFENCES: u64 = 90;

/// The first of the forged nodes. As with those of a transport, the numbers are large.
const FIRST: u64 = 0x5a5a_5a5a_5a5a_0000;

/// The bound for the bytes that are allocated at a time for one frame.
fn bound(frame: usize) -> usize {
    (1 << 20) + 128 * frame
}

/// The network of one node, all others of which are forged.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Tapped>>);

#[derive(Default)]
struct Tapped {
    on_event: Option<OnEvent>,
    /// The number of the node's side of the session, from its last `Hello`.
    session: Option<[u8; 4]>,
    /// The export and the key of the actor, from the last `Names`.
    named: Option<(u64, u64)>,
}

impl Tap {
    fn lock(&self) -> std::sync::MutexGuard<'_, Tapped> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
            [1, 1, ..] => {
                let (front, key) = frame.split_at(frame.len() - 8);
                let export = u64::from(front[front.len() - 1]);
                self.lock().named = Some((export, u64::from_le_bytes(key.try_into().unwrap())));
            }
            _ => {}
        }
    }

    fn leave(&self) {}
}

/// The nodes that the test plays, one after another.
struct Forger {
    tap: Tap,
    id: u64,
    session: u32,
    sequence: u64,
}

impl Forger {
    /// Sends a frame with the right head. Returns its length.
    async fn send(&mut self, kind_and_fields: &[u8]) -> usize {
        let mut frame = vec![1];
        frame.extend(self.session.to_le_bytes());
        let mut rest = self.sequence;
        while rest >= 0x80 {
            frame.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        frame.push(rest.to_le_bytes()[0]);
        frame.extend(kind_and_fields);
        self.sequence += 1;
        let from = NodeId(self.id);
        self.tap.event(TransportEvent::Frame { from, bytes: &frame });
        // The node, the lane of its export, the actor and the reply each get a turn.
        for _ in 0..6 {
            yield_now().await;
        }
        frame.len()
    }

    /// Opens a session, and holds the actor.
    async fn open(&mut self) {
        self.session += 1;
        self.sequence = 0;
        self.tap.lock().session = None;
        self.send(&[0, 0, 0, 0, 0, 1, b'f']).await;
        // On a busy machine, the executor moves the task of the node to the end of another queue.
        for _ in 0..1_000 {
            if self.tap.lock().session.is_some() {
                break;
            }
            yield_now().await;
        }
        let session = self.tap.lock().session.expect("the node offers a session");
        self.sequence = 0;
        self.send(&[&[0], &session[..], &[1, b'f']].concat()).await;
        let (export, key) = self.tap.lock().named.expect("the actor has a name");
        let export = u8::try_from(export).expect("there are few exports");
        self.send(&[&[2, export], &key.to_le_bytes()[..]].concat()).await;
    }

    /// Goes on as another node.
    async fn change(&mut self) {
        self.tap.event(TransportEvent::Down(NodeId(self.id)));
        self.id += 1;
        self.tap.event(TransportEvent::Up(NodeId(self.id)));
        for _ in 0..4 {
            yield_now().await;
        }
        self.open().await;
    }
}

/// The number of frames.
fn frames() -> u64 {
    if let Some(frames) = std::env::var("MUTATED_FRAMES").ok().and_then(|it| it.parse().ok()) {
        return frames;
    }
    let is_full = std::env::var("ACTOR_TESTS").is_ok_and(|size| size == "full");
    if is_full { 10_000_000 } else { 30_000 }
}

async fn run() {
    let tap = Tap::default();
    let node = Node::builder()
        .control(false)
        .trace_context(|| None, |_, deliver| deliver())
        .on(tap.clone(), "victim");
    let handled = Arc::new(AtomicU64::new(0));
    let subject: SubjectAddr = Subject { handled: handled.clone() }.spawn();
    node.register("subject", &subject).unwrap();
    let mut forger = Forger { tap: tap.clone(), id: FIRST, session: 0, sequence: 0 };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut most, mut most_ratio, mut longest) = (0, 0.0_f64, 0);
    let begun = Instant::now();
    forger.change().await;
    let (mut since, mut used) = (node.counters().bad_frames, 0);
    for number in 0..frames() {
        let (export, key) = tap.lock().named.expect("the actor has a name");
        let mut bytes = mutator::frame(&mut random, forger.id, export, key);
        mutator::mutate(&mut random, &mut bytes);
        if used == 300 || node.counters().bad_frames - since > OFFENCES {
            forger.change().await;
            (since, used) = (node.counters().bad_frames, 0);
        }
        let before = heap::begin();
        let length = forger.send(&bytes).await;
        let allocated = heap::peak() - before;
        assert!(allocated < bound(length), "{allocated} bytes for frame {number}: {bytes:?}");
        most = most.max(allocated);
        longest = longest.max(length);
        if length > 1000 {
            most_ratio = most_ratio.max(allocated as f64 / length as f64);
        }
        used += 1;
        if node.peers().is_empty() {
            // The frame has ended the session.
            forger.open().await;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (counters, handled) = (node.counters(), handled.load(Ordering::Relaxed));
    println!(
        "{} frames of up to {longest} bytes in {seconds:.0} s: {handled} messages handled, {counters:?}; \
         at most {most} bytes allocated for a frame, and {most_ratio:.1} times its length",
        frames()
    );
    // The mutations leave enough of the structure, and break enough of it.
    assert!(handled > frames() / 50, "{handled} handled");
    assert!(
        counters.bad_frames > frames() / 20 && counters.stale_frames < frames() / 2,
        "{counters:?}"
    );
    assert_eq!(subject.pair(1, "x".into()).await, Ok(("x".into(), 1)));
    let system = System::current().counters();
    assert_eq!(
        (system.task_panics, system.unobserved_failures, system.suppressed_panics),
        (0, 0, 0)
    );
}

#[test]
fn mutated_frames_end_no_actor_and_allocate_within_their_bound() {
    let system = System::builder().threads(1).on_incident(|_| {}).build();
    system.block_on(async { actor_core::spawn_task(run()).await });
}
