//! A network whose frames a test can read and forge.

use actor_core::{rng, time};
use actor_remote::{NodeId, Transport, TransportEvent};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A network of nodes in one process whose frames a test can read and forge.
#[derive(Clone, Default)]
pub struct Pipe(Arc<Mutex<Vec<Port>>>);

struct Port {
    id: NodeId,
    on_event: Option<Arc<dyn Fn(TransportEvent<'_>) + Send + Sync>>,
    frames: Vec<(NodeId, Vec<u8>)>,
}

pub struct End(NodeId, Pipe);

impl Pipe {
    pub fn port(&self, id: u64) -> End {
        let port = Port { id: NodeId(id), on_event: None, frames: Vec::new() };
        self.0.lock().unwrap().push(port);
        End(NodeId(id), self.clone())
    }

    pub fn event(&self, to: NodeId, event: TransportEvent<'_>) {
        let port = |port: &&Port| port.id == to;
        let on_event = self.0.lock().unwrap().iter().find(port).and_then(|it| it.on_event.clone());
        if let Some(on_event) = on_event {
            on_event(event);
        }
    }

    /// The frames that were sent to `to`, which is a forger.
    pub fn taken(&self, to: NodeId) -> Vec<Vec<u8>> {
        let mut ports = self.0.lock().unwrap();
        let port = ports.iter_mut().find(|port| port.id == to).unwrap();
        std::mem::take(&mut port.frames).into_iter().map(|(_, frame)| frame).collect()
    }
}

impl Transport for End {
    fn node(&self) -> NodeId {
        self.0
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        let mut ports = self.1.0.lock().unwrap();
        let mut others = Vec::new();
        for port in &mut *ports {
            if port.id == self.0 {
                port.on_event = Some(Arc::from(on_event));
                break;
            }
            others.push(port.id);
        }
        drop(ports);
        for other in others {
            self.1.event(self.0, TransportEvent::Up(other));
            self.1.event(other, TransportEvent::Up(self.0));
        }
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        if let Some(port) = self.1.0.lock().unwrap().iter_mut().find(|port| port.id == to) {
            port.frames.push((self.0, frame.clone()));
        }
        self.1.event(to, TransportEvent::Frame { from: self.0, bytes: &frame });
    }

    fn leave(&self) {}
}

/// A node that a test plays by hand.
pub struct Forger {
    pub pipe: Pipe,
    pub id: NodeId,
    pub victim: NodeId,
    pub session: u32,
    pub sequence: u64,
}

impl Forger {
    pub fn frame(&mut self, kind_and_fields: &[u8]) {
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
        self.pipe.event(self.victim, TransportEvent::Frame { from: self.id, bytes: &frame });
    }

    /// Opens a session: the victim's number is in its `Hello`.
    pub async fn open(&mut self) {
        self.pipe.taken(self.id);
        self.session = rng().u32(1..);
        self.sequence = 0;
        self.frame(&[0, 0, 0, 0, 0, 1, b'f']);
        time::sleep(Duration::from_millis(20)).await;
        let hello = self.pipe.taken(self.id).into_iter().rfind(|it| it[5..7] == [0, 0]);
        let Some(hello) = hello else { return };
        self.sequence = 0;
        let echo: [u8; 4] = hello[1..5].try_into().unwrap();
        self.frame(&[&[0], &echo[..], &[1, b'f']].concat());
        time::sleep(Duration::from_millis(20)).await;
    }
}
