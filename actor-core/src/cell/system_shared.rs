//! State shared by the actors of one system: executor, ids, the table of actors, their registered names,
//! incidents. Not the user's handle, which is `System`.
//!
//! The [`Registry`] of names has no type parameter: the typed mailbox of a name is found by
//! downcasting.

use super::handle::{DynMailbox, TypedMailbox};
use super::header::Header;
use super::sim_observer::SimObserver;
use crate::event::Event;
use crate::executor::Executor;
use crate::executor::sim::{NodeExecutor, SimExecutor};
use crate::exit::ActorId;
use crate::incident::{AtomicCounters, Incident, Reporter, add};
use crate::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use crate::sync::{Arc, LazyLock, Mutex, MutexGuard, OwnLines, Weak, std_sync};
use slab::Slab;
use std::any::Any;
use std::collections::HashMap;

static NEXT_ID: std_sync::AtomicU32 = std_sync::AtomicU32::new(0);

/// All systems of the process, because their actors may wait for each other.
static SYSTEMS: LazyLock<std_sync::Mutex<HashMap<u32, Weak<SystemShared>>>> =
    LazyLock::new(|| std_sync::Mutex::new(HashMap::new()));

/// Returns the system with this number.
pub(super) fn find(id: u32) -> Option<Arc<SystemShared>> {
    SYSTEMS.lock().get(&id).and_then(Weak::upgrade)
}

type Table = Slab<Weak<dyn DynMailbox>>;

pub(crate) struct SystemShared {
    pub(crate) id: u32,
    pub(crate) executor: Arc<dyn Executor>,
    /// The source of actor numbers. All nodes of a simulation share it.
    numbers: Arc<AtomicU64>,
    /// Every actor from spawn to exit. The references are weak, so that the table does not keep
    /// memory allocated. The table has cache lines of its own, because each spawn and each end of
    /// an actor writes it, while each message reads the other fields.
    table: OwnLines<Mutex<Table>>,
    pub(crate) names: Registry,
    /// Set when the system shuts down: no further actor starts.
    closing: AtomicBool,
    /// Notified when the table becomes empty.
    pub(crate) emptied: Arc<Event>,
    reporter: Arc<Reporter>,
    pub(crate) counts: AtomicCounters,
    /// Whether all jobs of the system run on the thread that created it, so that states may stay
    /// there.
    pub(crate) is_local: bool,
    /// The source of all randomness in the system.
    rng: Mutex<fastrand::Rng>,
    /// Whether deadlocks are detected.
    pub(crate) detects: bool,
    /// The number of `System` handles; dropping the last one ends the actors.
    pub(crate) handles: AtomicUsize,
    /// Set once the last handle was dropped. An actor or a task of the system may create another
    /// handle after that, whose drop does not end the actors again.
    pub(crate) is_abandoned: AtomicBool,
    /// The observations of a simulation. `None` in any other system.
    pub(crate) sim_observer: Option<Arc<SimObserver>>,
    /// The executor of this node, if it is one of the nodes of a simulation.
    pub(crate) sim_node: Option<Arc<NodeExecutor>>,
}

impl SystemShared {
    pub(crate) fn new(
        executor: Arc<dyn Executor>,
        reporter: Reporter,
        is_local: bool,
        detects: bool,
    ) -> Arc<Self> {
        SystemShared::of(executor, Arc::new(reporter), is_local, detects).entered()
    }

    /// Creates the system of a simulation, with `seed` for all its randomness.
    pub(crate) fn simulated(
        executor: Arc<SimExecutor>,
        reporter: Reporter,
        seed: u64,
    ) -> Arc<Self> {
        let mut system = SystemShared::of(executor.clone(), Arc::new(reporter), true, true);
        system.rng = Mutex::new(fastrand::Rng::with_seed(seed));
        system.sim_observer = Some(Arc::new(SimObserver::new(executor, seed)));
        system.observed()
    }

    /// Creates a node of the simulation of `self`. The seed and the number of the node determine
    /// its randomness.
    pub(crate) fn node(
        &self,
        observer: &Arc<SimObserver>,
        executor: Arc<NodeExecutor>,
    ) -> Arc<Self> {
        let mut system = SystemShared::of(executor.clone(), self.reporter.clone(), true, true);
        let ordinal = executor.ordinal() as u64;
        let seed = observer.seed ^ ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        system.rng = Mutex::new(fastrand::Rng::with_seed(seed));
        system.numbers = self.numbers.clone();
        system.closing = AtomicBool::new(self.is_closing());
        system.sim_observer = Some(observer.clone());
        system.sim_node = Some(executor);
        system.observed()
    }

    /// Adds the system to the systems of its simulation.
    fn observed(self) -> Arc<Self> {
        let system = self.entered();
        system.observe(|simulation| simulation.add_system(&system));
        system
    }

    /// Passes an observation to the simulation. No effect in any other system.
    #[inline]
    pub(crate) fn observe(&self, observe: impl FnOnce(&SimObserver)) {
        if let Some(simulation) = &self.sim_observer {
            observe(simulation);
        }
    }

    /// Returns the label of an actor or task, with its node in a simulation.
    pub(crate) fn with_node(&self, label: String) -> String {
        match &self.sim_node {
            Some(node) => format!("{}/{label}", node.name()),
            None => label,
        }
    }

    /// Adds the system to the systems of the process.
    fn entered(self) -> Arc<Self> {
        let system = Arc::new(self);
        SYSTEMS.lock().insert(system.id, Arc::downgrade(&system));
        system
    }

    fn of(
        executor: Arc<dyn Executor>,
        reporter: Arc<Reporter>,
        is_local: bool,
        detects: bool,
    ) -> Self {
        SystemShared {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            executor,
            numbers: Arc::new(AtomicU64::new(1)),
            table: OwnLines(Mutex::new(Slab::new())),
            names: Registry::default(),
            closing: AtomicBool::new(false),
            emptied: Event::new(),
            reporter,
            counts: AtomicCounters::default(),
            is_local,
            rng: Mutex::new(fastrand::Rng::new()),
            detects,
            handles: AtomicUsize::new(0),
            is_abandoned: AtomicBool::new(false),
            sim_observer: None,
            sim_node: None,
        }
    }

    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Registers the new `actor`. Returns `false` if the system is closing.
    ///
    /// `closing` is read under the table's lock, which `close` also takes. An actor is therefore
    /// either seen by the shutdown or refused. The actor gets its key under that lock too, so that
    /// no other thread finds it without a key.
    pub(crate) fn enter(&self, header: &Header, actor: Weak<dyn DynMailbox>) -> bool {
        match self.open_table() {
            Some(mut table) => {
                header.set_key(table.insert(actor));
                true
            }
            None => false,
        }
    }

    /// Returns the table of actors, unless the system is closing.
    fn open_table(&self) -> Option<MutexGuard<'_, Table>> {
        self.observe(|simulation| {
            simulation.executor.rejects_foreign_thread(None);
        });
        let table = self.table.0.lock();
        if self.closing.load(Ordering::Relaxed) { None } else { Some(table) }
    }

    pub(crate) fn leave(&self, key: u32) {
        let mut table = self.table.0.lock();
        let gone = table.try_remove(key as usize);
        let empty = table.is_empty();
        drop(table);
        drop(gone);
        if empty {
            self.emptied.notify();
        }
    }

    /// Closes the system, so that no further actor starts. Returns the existing actors.
    pub(crate) fn close(&self) -> Vec<Arc<dyn DynMailbox>> {
        let table = self.table.0.lock();
        self.closing.store(true, Ordering::Relaxed);
        table.iter().filter_map(|(_, mailbox)| mailbox.upgrade()).collect()
    }

    /// Closes the system, so that no further actor starts, and kills the existing actors.
    pub(crate) fn kill_all(&self) {
        self.close().iter().for_each(|actor| actor.kill());
    }

    /// Returns the actor with this key.
    pub(super) fn actor(&self, key: usize) -> Option<Arc<dyn DynMailbox>> {
        self.table.0.lock().get(key).and_then(Weak::upgrade)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    pub(crate) fn actors(&self) -> Vec<Arc<dyn DynMailbox>> {
        self.table.0.lock().iter().filter_map(|(_, mailbox)| mailbox.upgrade()).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.table.0.lock().is_empty()
    }

    /// Returns a new random number generator.
    pub(crate) fn rng(&self) -> fastrand::Rng {
        self.rng.lock().fork()
    }

    /// Returns a random number between 0 and 1.
    pub(crate) fn chance(&self) -> f64 {
        self.rng.lock().f64()
    }

    /// Returns whether the incident hook gets undelivered messages.
    pub(super) fn takes_letters(&self) -> bool {
        self.reporter.takes_letters()
    }

    pub(crate) fn report(&self, incident: Incident) {
        self.counts.count(&incident);
        self.observe(|simulation| simulation.hears(&incident, self.sim_node.as_deref()));
        if !self.reporter.report(incident, self.executor.now()) {
            add(&self.counts.suppressed_panics, 1);
        }
    }
}

impl Drop for SystemShared {
    fn drop(&mut self) {
        let gone = SYSTEMS.lock().remove(&self.id);
        drop(gone);
    }
}

#[derive(Default)]
pub(crate) struct Registry {
    entries: Mutex<HashMap<Arc<str>, RegistryEntry>>,
}

struct RegistryEntry {
    id: ActorId,
    /// An `Arc<dyn TypedMailbox<A>>`, to be downcast.
    typed: Box<dyn Any + Send + Sync>,
}

/// The reason for which a name was not registered.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// # System::current_thread().block_on(async {
/// let idle = Idle.spawn();
/// idle.stop();
/// idle.join().await;
/// assert_eq!(idle.register("late"), Err(actor_core::address::RegisterError::Ended));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterError {
    /// Another actor has the name.
    Taken,
    /// The actor has ended.
    Ended,
}

impl std::fmt::Display for RegisterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RegisterError::Taken => "the name is taken",
            RegisterError::Ended => "the actor has ended",
        })
    }
}

impl std::error::Error for RegisterError {}

impl Registry {
    /// Registers `name` for `mailbox`, whose typed mailbox is `typed`.
    pub(crate) fn register(
        &self,
        name: Arc<str>,
        mailbox: &dyn DynMailbox,
        typed: Box<dyn Any + Send + Sync>,
    ) -> Result<(), RegisterError> {
        let mut entries = self.entries.lock();
        if let Some(entry) = entries.get(&name) {
            // A life that registers its name may find it registered by a previous life of the same
            // actor.
            if entry.id != mailbox.header().id() {
                return Err(RegisterError::Taken);
            }
            let has_ended = mailbox.lock().cell.has_released_names();
            return if has_ended { Err(RegisterError::Ended) } else { Ok(()) };
        }
        // The mailbox's lock is taken inside the lock of the registry, never the other way round.
        // The actor releases its names when `names_released` is set: a name is registered before
        // that, or not at all.
        let mut locked = mailbox.lock();
        if locked.cell.has_released_names() {
            return Err(RegisterError::Ended);
        }
        locked.cell.add_name(name.clone());
        // A named actor lives until it is stopped.
        mailbox.header().incr_strong();
        drop(locked);
        entries.insert(name, RegistryEntry { id: mailbox.header().id(), typed });
        Ok(())
    }

    /// Returns the mailbox registered under `name`, if it has this type, and increases its strong
    /// count.
    pub(crate) fn lookup<A: 'static>(&self, name: &str) -> Option<Arc<dyn TypedMailbox<A>>> {
        let entries = self.entries.lock();
        let typed: &Arc<dyn TypedMailbox<A>> = entries.get(name)?.typed.downcast_ref()?;
        // Under the lock of the registry, so that the registered name still keeps the actor alive.
        typed.header().incr_strong();
        Some(typed.clone())
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.lock().is_empty()
    }

    /// Releases `name` if `id` holds it. Returns whether it was released.
    pub(crate) fn unregister(&self, name: &str, id: ActorId) -> bool {
        let mut entries = self.entries.lock();
        let freed = match entries.get(name) {
            Some(entry) if entry.id == id => entries.remove(name),
            _ => None,
        };
        drop(entries);
        freed.is_some()
    }
}
