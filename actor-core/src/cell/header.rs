//! The lock-free, type-independent header of an actor: identity, settings, flags.

use super::system_shared::Hub;
use crate::cell::message::Settings;
use crate::executor::preempt;
use crate::exit::ActorId;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, Ordering};

/// Set while a kill is pending.
pub(crate) const KILL: u32 = 1;
/// Set while a stop is pending: the mailbox was closed, and the loop has not handled it yet.
pub(crate) const STOP: u32 = 2;
/// Set if a system message is pending.
pub(crate) const NOTICE: u32 = 4;
/// Set if a sender waits for capacity.
pub(crate) const WAITING: u32 = 8;

/// Set if this life is to end after the running handler, at its own request.
pub(crate) const LEAVE: u32 = 16;
/// Set if this life is to end after the running handler, at its supervisor's request.
pub(crate) const END: u32 = 32;

/// Set if there may be a message in the mailbox that this actor shares with others.
pub(crate) const POKE: u32 = 64;
/// Set if a priority message is queued.
pub(crate) const URGENT: u32 = 128;

/// Stored with the pace: set if the actor is a member of a pool, which from outside is one actor.
const MEMBER: u8 = 128;
/// Stored with the pace: set if the actor's system is a simulation, which observes it.
const SIMULATED: u8 = 64;

/// The reason for which a cell parks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Pace {
    /// Waits for messages and flags.
    Idle,
    /// A handler is pending: waits for its waker, and for a kill.
    Busy,
    /// Has more to do than this turn allows.
    Again,
    /// Takes no messages: waits for a system message, and for a kill.
    Deaf,
    /// Concurrent handlers are pending, and others may start: waits for messages and flags, and for
    /// their waker.
    Sharing,
    /// A handler that receives messages itself is pending: waits for messages and flags, and for
    /// its waker.
    Receiving,
}

pub(crate) struct Core {
    pub(crate) hub: Arc<Hub>,
    pub(crate) settings: &'static Settings,
    pub(crate) number: u64,
    /// The actor's key in the table of its system.
    pub(crate) key: u32,
    /// `u32::MAX`: unbounded.
    pub(crate) capacity: u32,
    /// The strong count: addresses, registered names, the parent, attached streams. It is increased
    /// from zero only under the lane's lock (see `Mail::adopt`).
    keepers: AtomicU32,
    /// The flags that the loop has to handle before the next message. Written only under the lane's
    /// lock.
    pub(crate) signals: AtomicU32,
    /// The number of messages in the loop's batch that are not taken yet: they still count. Written
    /// only by the actor's own task; read under the lane's lock.
    left: AtomicU32,
    /// The remaining budget of this turn. Written only by the actor's own task.
    budget: AtomicU16,
    /// The value of `preempt::epoch` at the start of this turn; in a simulation, one that it never
    /// has. Written only by the actor's own task.
    epoch: AtomicU16,
    /// The park reason, [`MEMBER`] and [`SIMULATED`]. Written only by the actor's own task.
    pace: AtomicU8,
    /// The number of deferred messages, as of the last start of a handler or parking. Written only
    /// by the actor's own task.
    deferred: AtomicU32,
    /// Set while the current handler, if there is one, has not been pending yet. Written only by
    /// the actor's own task.
    fresh: AtomicBool,
    /// Set if the seat contains a refusal of the pending handler's wait. Set under the lane's lock.
    told: AtomicBool,
}

impl Core {
    /// Creates an actor with a strong count of one, for the address that is about to be created.
    pub(crate) fn new(
        hub: Arc<Hub>,
        settings: &'static Settings,
        capacity: Option<usize>,
        key: u32,
        number: u64,
    ) -> Self {
        let capacity = capacity.and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
        let is_simulated = hub.witness.is_some();
        Core {
            hub,
            settings,
            number,
            key,
            capacity,
            keepers: AtomicU32::new(1),
            signals: AtomicU32::new(0),
            left: AtomicU32::new(0),
            budget: AtomicU16::new(0),
            epoch: AtomicU16::new(0),
            pace: AtomicU8::new(Pace::Idle as u8 | if is_simulated { SIMULATED } else { 0 }),
            deferred: AtomicU32::new(0),
            fresh: AtomicBool::new(true),
            told: AtomicBool::new(false),
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        ActorId { system: self.hub.id, number: self.number }
    }

    /// Whether its system is a simulation.
    pub(crate) fn is_simulated(&self) -> bool {
        self.pace.load(Ordering::Relaxed) & SIMULATED != 0
    }

    /// The current capacity: in a simulation, zero if a fault says so.
    #[inline]
    pub(crate) fn room(&self) -> u32 {
        if self.is_simulated() && self.is_made_full() {
            return 0;
        }
        self.capacity
    }

    #[cold]
    fn is_made_full(&self) -> bool {
        self.hub.witness.as_ref().is_some_and(|witness| witness.is_full(self.number))
    }

    /// The actor is accessed: a simulation aborts if the access comes from another thread.
    #[inline]
    pub(crate) fn reached(&self) {
        if self.is_simulated() {
            self.tell_reached();
        }
    }

    #[cold]
    fn tell_reached(&self) {
        if let Some(witness) = &self.hub.witness {
            witness.reached(self);
        }
    }

    /// Makes it take its messages from a shared mailbox. Before its first run.
    pub(crate) fn set_member(&self) {
        self.pace.store(MEMBER | self.pace.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(crate) fn is_member(&self) -> bool {
        self.pace.load(Ordering::Relaxed) & MEMBER != 0
    }

    /// Increases the strong count, which must not be zero.
    pub(crate) fn keep(&self) {
        // Relaxed as in `Arc::clone`: the cloning code already holds a reference.
        self.keepers.fetch_add(1, Ordering::Relaxed);
    }

    /// Decreases the strong count; returns whether it is now zero.
    pub(crate) fn unkeep(&self) -> bool {
        self.keepers.fetch_sub(1, Ordering::AcqRel) == 1
    }

    pub(crate) fn keepers(&self) -> u32 {
        self.keepers.load(Ordering::Acquire)
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.keepers.load(Ordering::Acquire) != 0
    }

    pub(crate) fn signals(&self) -> u32 {
        self.signals.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }

    /// Called only by the actor's own task, under the lane's lock.
    pub(super) fn set_left(&self, left: u32) {
        self.left.store(left, Ordering::Relaxed);
    }

    /// A message of the batch has been taken. Called only by the actor's own task.
    #[inline]
    pub(crate) fn took_one(&self) {
        self.left.store(self.left().saturating_sub(1), Ordering::Relaxed);
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.signals() & KILL != 0
    }

    /// Called only under the lane's lock, so a load and a store are sufficient.
    pub(crate) fn raise(&self, signal: u32) {
        self.signals.store(self.signals() | signal, Ordering::Relaxed);
    }

    /// Called only under the lane's lock.
    pub(crate) fn lower(&self, signal: u32) {
        self.signals.store(self.signals() & !signal, Ordering::Relaxed);
    }

    /// Called only by the actor's own task, at the start of a turn.
    pub(crate) fn begin_turn(&self) {
        let (turn, epoch) = (self.settings.turn, u16::from(preempt::epoch()));
        let (turn, epoch) = if self.is_simulated() { (1, !epoch) } else { (turn, epoch) };
        let turn = u16::try_from(turn).unwrap_or(u16::MAX);
        self.budget.store(turn, Ordering::Relaxed);
        self.epoch.store(epoch, Ordering::Relaxed);
    }

    /// Not zero if a monitor has asked run loops to end their turns since this turn started, and
    /// always in a simulation: the loop takes the slow path before the next message.
    #[inline]
    pub(crate) fn interrupted(&self) -> u32 {
        u32::from(u16::from(preempt::epoch()) ^ self.epoch.load(Ordering::Relaxed))
    }

    /// Whether this turn may take no further message. A simulation has turns of one message, and is not
    /// affected by other systems of the process.
    pub(crate) fn is_turn_over(&self) -> bool {
        self.budget() == 0 || (self.interrupted() != 0 && !self.is_simulated())
    }

    /// Called only by the actor's own task.
    pub(crate) fn spend(&self) {
        let left = self.budget.load(Ordering::Relaxed);
        self.budget.store(left.saturating_sub(1), Ordering::Relaxed);
    }

    /// Ends the turn: no more messages are taken. Called only by the actor's own task.
    pub(crate) fn end_turn(&self) {
        self.budget.store(0, Ordering::Relaxed);
    }

    /// A handler or hook has ended, in a simulation.
    #[cold]
    pub(crate) fn finished(&self, name: &'static str) {
        if let Some(witness) = &self.hub.witness {
            witness.finished(self.number, name);
        }
    }

    /// Called only by the actor's own task.
    pub(crate) fn set_pace(&self, pace: Pace) {
        let beside = self.pace.load(Ordering::Relaxed) & (MEMBER | SIMULATED);
        self.pace.store(beside | pace as u8, Ordering::Relaxed);
    }

    /// Called only by the actor's own task.
    pub(crate) fn set_deferred(&self, count: usize) {
        self.deferred.store(u32::try_from(count).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    pub(crate) fn deferred(&self) -> u32 {
        self.deferred.load(Ordering::Relaxed)
    }

    /// Called only by the actor's own task.
    pub(crate) fn set_fresh(&self, fresh: bool) {
        self.fresh.store(fresh, Ordering::Relaxed);
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh.load(Ordering::Relaxed)
    }

    /// Set under the lane's lock, cleared by the actor's own task.
    pub(crate) fn tell(&self, told: bool) {
        self.told.store(told, Ordering::Relaxed);
    }

    pub(crate) fn is_told(&self) -> bool {
        self.told.load(Ordering::Relaxed)
    }

    pub(crate) fn pace(&self) -> Pace {
        match self.pace.load(Ordering::Relaxed) & !(MEMBER | SIMULATED) {
            0 => Pace::Idle,
            1 => Pace::Busy,
            2 => Pace::Again,
            3 => Pace::Deaf,
            4 => Pace::Sharing,
            _ => Pace::Receiving,
        }
    }

    pub(crate) fn budget(&self) -> u32 {
        self.budget.load(Ordering::Relaxed).into()
    }
}
