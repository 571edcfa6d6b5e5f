//! The transport of one node in a simulated network, and the task that executes the planned events.

use super::map::{Happening, Map};
use crate::transport::{NodeId, Transport, TransportEvent};
use actor_core::future::or;
use actor_core::{System, Task, time};
use event_listener::Event;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) struct Network {
    world: Arc<World>,
    /// Delivers the frames. Ends with the network.
    _driver: Task<()>,
}

struct World {
    map: Mutex<Map>,
    changed: Event,
}

impl Network {
    pub(super) fn new(system: &System, map: Map) -> Arc<Network> {
        let world = Arc::new(World { map: Mutex::new(map), changed: Event::new() });
        let driver = system.spawn_task(drive(world.clone()));
        Arc::new(Network { world, _driver: driver })
    }

    pub(super) fn map(&self) -> MutexGuard<'_, Map> {
        self.world.map()
    }

    /// Changes the map, and wakes the driver for newly planned events.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Map) -> T) -> T {
        let result = change(&mut self.map());
        self.world.changed.notify(usize::MAX);
        result
    }
}

impl World {
    fn map(&self) -> MutexGuard<'_, Map> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn drive(world: Arc<World>) {
    loop {
        let changed = world.changed.listen();
        let now = time::now();
        let due = world.map().due(now);
        if let Some((on_event, happening)) = due {
            match &happening {
                Happening::Frame { from, bytes, .. } => {
                    on_event(TransportEvent::Frame { from: *from, bytes });
                }
                Happening::Up { node, .. } => on_event(TransportEvent::Up(*node)),
                Happening::Down { node, .. } | Happening::Lease { node, .. } => {
                    on_event(TransportEvent::Down(*node));
                }
            }
            continue;
        }
        let next = world.map().next();
        match next {
            Some(at) => or(changed, time::sleep(at.saturating_duration_since(now))).await,
            None => changed.await,
        }
    }
}

pub(super) struct SimTransport {
    pub(super) id: NodeId,
    pub(super) network: Arc<Network>,
}

impl Transport for SimTransport {
    fn node(&self) -> NodeId {
        self.id
    }

    fn start(&self, on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {
        self.network.change(|map| map.join(self.id, on_event.into()));
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        self.network.change(|map| map.send(self.id, to, &frame));
    }

    fn leave(&self) {
        let gone = self.network.change(|map| map.remove(self.id, false));
        drop(gone);
    }
}
