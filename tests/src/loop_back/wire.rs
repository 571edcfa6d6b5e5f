//! A transport between two nodes of one system. On real threads, each frame is handed to the other node
//! at once; in a simulation, after a while.

use actor_core::{System, simulation::Sim, time};
use actor_remote::{NodeId, Transport, TransportEvent};
use async_channel::{Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

type OnEvent = Box<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// The longest time in microseconds that a frame takes in a simulation.
const DELAY: u64 = 5_000;

/// The receivers of events, of both ends.
#[derive(Clone, Default)]
struct Wire(Arc<[OnceLock<Mutex<OnEvent>>; 2]>);

/// One end of a wire.
pub(super) struct End {
    index: usize,
    wire: Wire,
    /// The events on their way to the other end, if they take time.
    delayed: Option<Sender<Sent>>,
}

/// An event for the other end.
enum Sent {
    Frame(Vec<u8>),
    Down,
}

/// Both ends of a new wire in the current system.
pub(super) fn wire() -> [End; 2] {
    let wire = Wire::default();
    let is_simulated = Sim::of(&System::current()).is_some();
    [0, 1].map(|index| {
        let delayed = is_simulated.then(|| {
            let (sender, sent) = async_channel::unbounded();
            actor_core::spawn_task(delay(wire.clone(), index, sent)).detach();
            sender
        });
        End { index, wire: wire.clone(), delayed }
    })
}

/// Reports the events of an end at the other one, in order.
async fn delay(wire: Wire, from: usize, sent: Receiver<Sent>) {
    let mut random = actor_core::rng();
    while let Ok(first) = sent.recv().await {
        time::sleep(Duration::from_micros(random.u64(..DELAY))).await;
        wire.pass(from, first);
        while let Ok(next) = sent.try_recv() {
            wire.pass(from, next);
        }
    }
}

impl Wire {
    /// Reports an event at an end, one at a time.
    fn report(&self, end: usize, event: TransportEvent<'_>) {
        if let Some(on_event) = self.0[end].get() {
            on_event.lock().expect("a node does not panic")(event);
        }
    }

    /// Reports an event of an end at the other one.
    fn pass(&self, from: usize, sent: Sent) {
        match sent {
            Sent::Frame(frame) => {
                let event = TransportEvent::Frame { from: id(from), bytes: &frame };
                self.report(1 - from, event);
            }
            Sent::Down => self.report(1 - from, TransportEvent::Down(id(from))),
        }
    }
}

impl End {
    fn send(&self, sent: Sent) {
        match &self.delayed {
            // It is closed at the end of the system only.
            Some(delayed) => drop(delayed.try_send(sent)),
            None => self.wire.pass(self.index, sent),
        }
    }
}

fn id(end: usize) -> NodeId {
    NodeId(end as u64)
}

impl Transport for End {
    fn node(&self) -> NodeId {
        id(self.index)
    }

    fn start(&self, on_event: OnEvent) {
        let _ = self.wire.0[self.index].set(Mutex::new(on_event));
        if self.wire.0.iter().all(|end| end.get().is_some()) {
            for end in [0, 1] {
                self.wire.report(end, TransportEvent::Up(id(1 - end)));
            }
        }
    }

    fn send(&self, _to: NodeId, frame: Vec<u8>) {
        self.send(Sent::Frame(frame));
    }

    fn leave(&self) {
        self.send(Sent::Down);
    }
}
