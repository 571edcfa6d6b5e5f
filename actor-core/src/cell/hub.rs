//! What the actors of one system share: host, ids, the table of actors, incidents. Not the handle
//! that users hold, which is `System`.

use super::names::Names;
use super::post::AnyMail;
use crate::counters::Counts;
use crate::host::Host;
use crate::incident::{Incident, Reporter};
use crate::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use crate::sync::{Arc, Mutex, Weak};
use event_listener::Event;
use slab::Slab;
use std::collections::BTreeMap;

static SYSTEMS: AtomicU32 = AtomicU32::new(0);

/// All systems there are, since their actors may wait for each other.
static HUBS: Mutex<BTreeMap<u32, Weak<Hub>>> = Mutex::new(BTreeMap::new());

/// The system with this number.
pub(super) fn find(id: u32) -> Option<Arc<Hub>> {
    HUBS.lock().get(&id).and_then(Weak::upgrade)
}

pub(crate) struct Hub {
    pub(crate) id: u32,
    pub(crate) host: Arc<dyn Host>,
    numbers: AtomicU64,
    /// Every actor from spawn to exit. Weak, so that the table keeps nobody's memory.
    table: Mutex<Slab<Weak<dyn AnyMail>>>,
    pub(crate) names: Names,
    /// Set when the system shuts down: nothing starts any more.
    closing: AtomicBool,
    /// Notified when the table has become empty.
    pub(crate) emptied: Event,
    reporter: Reporter,
    pub(crate) counts: Counts,
    /// Whether all its jobs run on the thread that made it, so that states may stay there.
    pub(crate) is_local: bool,
    /// All chance in the system comes from here.
    rng: Mutex<fastrand::Rng>,
    /// Whether waits that can never end are refused.
    pub(crate) detects: bool,
    /// `System` handles; when the last one goes, so do the actors.
    pub(crate) handles: AtomicUsize,
}

impl Hub {
    pub(crate) fn new(
        host: Arc<dyn Host>,
        reporter: Reporter,
        is_local: bool,
        detects: bool,
    ) -> Arc<Self> {
        let hub = Arc::new(Hub {
            id: SYSTEMS.fetch_add(1, Ordering::Relaxed),
            host,
            numbers: AtomicU64::new(1),
            table: Mutex::new(Slab::new()),
            names: Names::default(),
            closing: AtomicBool::new(false),
            emptied: Event::new(),
            reporter,
            counts: Counts::default(),
            is_local,
            rng: Mutex::new(fastrand::Rng::new()),
            detects,
            handles: AtomicUsize::new(0),
        });
        HUBS.lock().insert(hub.id, Arc::downgrade(&hub));
        hub
    }

    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Enters the actor that `make` builds around its key, unless the system is closing.
    ///
    /// The look at `closing` is under the table's lock, as is `close`: an actor is either seen by
    /// the shutdown or refused.
    pub(crate) fn enter<M: AnyMail + 'static>(
        &self,
        make: impl FnOnce(usize) -> Arc<M>,
    ) -> (Arc<M>, bool) {
        let mut table = self.table.lock();
        if self.closing.load(Ordering::Relaxed) {
            drop(table);
            return (make(usize::MAX), false);
        }
        let entry = table.vacant_entry();
        let mail = make(entry.key());
        let erased: Arc<dyn AnyMail> = mail.clone();
        entry.insert(Arc::downgrade(&erased));
        (mail, true)
    }

    pub(crate) fn leave(&self, key: usize) {
        let mut table = self.table.lock();
        let gone = table.try_remove(key);
        let empty = table.is_empty();
        drop(table);
        drop(gone);
        if empty {
            self.emptied.notify(usize::MAX);
        }
    }

    /// Nothing starts from now on. Returns who is there.
    pub(crate) fn close(&self) -> Vec<Arc<dyn AnyMail>> {
        let table = self.table.lock();
        self.closing.store(true, Ordering::Relaxed);
        table.iter().filter_map(|(_, mail)| mail.upgrade()).collect()
    }

    /// The actor with this key.
    pub(super) fn actor(&self, key: usize) -> Option<Arc<dyn AnyMail>> {
        self.table.lock().get(key).and_then(Weak::upgrade)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    pub(crate) fn actors(&self) -> Vec<Arc<dyn AnyMail>> {
        self.table.lock().iter().filter_map(|(_, mail)| mail.upgrade()).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.table.lock().is_empty()
    }

    /// A random number from 0 to 1.
    pub(crate) fn chance(&self) -> f64 {
        self.rng.lock().f64()
    }

    pub(crate) fn report(&self, incident: Incident) {
        self.counts.count(&incident);
        self.reporter.report(incident, self.host.now());
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let gone = HUBS.lock().remove(&self.id);
        drop(gone);
    }
}
