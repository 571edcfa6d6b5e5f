//! The lock-free, type-independent header of an actor: identity, settings, flags and counts. The
//! [`Settings`] of its type come from the options of `#[actor(..)]`.
//!
//! # Flags
//!
//! One word tells the run loop what to handle before the next message. All flags are written under the
//! mailbox lock, so a load and a store are sufficient, and a mailbox that parks its task under that lock
//! sees each flag that was set before. The run loop reads them without the lock: a flag that it misses
//! is seen before the next message, or when the task parks.
//!
//! The loop clears a flag *before* it looks at the state that the flag announces, so that a later
//! event sets the flag again. The exceptions are `SYSTEM_MESSAGE`, `SENDERS_WAITING` and
//! `PRIORITY`, which are cleared together with the last entry that they announce, under one lock.
//!
//! | flag | set by | cleared by |
//! |---|---|---|
//! | [`KILL`] | `kill`, `kill_life` (`handle`), unless the actor has ended | the run loop, when it records the kill; after the end of a life, for the life that has ended |
//! | [`STOP`] | `CellState::close` | the run loop, when it starts to drain or ends the life; a process, with each drain |
//! | [`SYSTEM_MESSAGE`] | `notify`; `CellState::close` of a supervised actor, to wake it between two lives; `Mailbox::restore`, `put_system_messages_first` and `resume_system_messages` | the loop that takes the last one, takes all, or defers them |
//! | [`SENDERS_WAITING`] | `CellState::add_waiter` | `CellState::admit_waiter`, when no sender is left; `CellState::close` |
//! | [`STOP_SELF`] | `Context::stop`, `Context::fail`, the revocation of a proxy | the run loop, when the life ends (`handle_stop_self`, `finish`, `end` in `actor/shutdown.rs`); `await_decision` (`actor/restart.rs`) and `decide` (`handle`), for requests to the previous life |
//! | [`STOP_FOR_RESTART`] | `end_life` (`handle`) | like `STOP_SELF` |
//! | [`SHARED_QUEUE`] | `wake_member` (`handle`) | the run loop, before it asks the pool |
//! | [`PRIORITY`] | `CellState::accept_priority`, `CellState::admit_waiter` | `CellState::took_priority`, with the last one |
//!
//! Several may be set. `KILL` is handled first, then `STOP`, which drains; then `STOP_SELF` and
//! `STOP_FOR_RESTART`, which leave the queue to the next life, unless a stop has closed the mailbox. `SENDERS_WAITING`
//! is never set in a closed mailbox. `SENDERS_WAITING` alone does not prevent a message from being taken,
//! nor a task from parking.

use super::system_shared::SystemShared;
use crate::executor::worker::preempt_epoch;
use crate::exit::ActorId;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, Ordering};

/// Set while a kill is pending.
pub(crate) const KILL: u32 = 1;
/// Set while a stop is pending: the mailbox was closed, and the loop has not handled it yet.
pub(crate) const STOP: u32 = 1 << 1;
/// Set if a system message is pending.
pub(crate) const SYSTEM_MESSAGE: u32 = 1 << 2;
/// Set if a sender waits for capacity.
pub(crate) const SENDERS_WAITING: u32 = 1 << 3;
/// Set if this life is to end after the running handler, at its own request.
pub(crate) const STOP_SELF: u32 = 1 << 4;
/// Set if this life is to end after the running handler, at its supervisor's request.
pub(crate) const STOP_FOR_RESTART: u32 = 1 << 5;
/// Set if there may be a message in the mailbox that this actor shares with others.
pub(crate) const SHARED_QUEUE: u32 = 1 << 6;
/// Set if a priority message is queued.
pub(crate) const PRIORITY: u32 = 1 << 7;

/// Stored with the park reason: set if the actor is a member of a pool, which looks like one actor
/// from outside.
const MEMBER: u8 = 128;
/// Stored with the park reason: set if the actor's system is a simulation, which observes the
/// actor.
const SIMULATED: u8 = 64;

/// The reason for which a cell parks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ParkReason {
    /// The task waits for messages and flags.
    Idle,
    /// A handler is pending. The task waits for its waker, for a kill, and for the refusal of its wait.
    HandlerPending,
    /// The actor has more to do than this turn allows.
    Yield,
    /// The actor takes no messages. The task waits for a system message, and for a kill.
    SystemOnly,
    /// Concurrent handlers are pending, and others may start. The task waits for messages and
    /// flags, and for the handlers' waker.
    Concurrent,
    /// A handler that receives messages itself is pending. The task waits for messages and flags,
    /// and for its waker.
    Receiving,
}

pub(crate) struct Header {
    pub(crate) system: Arc<SystemShared>,
    pub(crate) settings: &'static Settings,
    pub(crate) number: u64,
    /// The actor's key in the table of its system. Set once, before another thread can find the actor.
    key: AtomicU32,
    /// The capacity of this actor; `settings.capacity` is only the default. `u32::MAX`: unbounded.
    pub(crate) capacity: u32,
    /// The strong count: addresses, registered names, the parent, attached streams. It is increased
    /// from zero only under the mailbox's lock, as in `WeakAddr::upgrade`, or by the actor's own task. A pool
    /// has no task; a member's task increases it while the member is not idle, so that the pool stays open.
    strong: AtomicU32,
    /// The flags that the loop has to handle before the next message. Written only under the mailbox's
    /// lock.
    flags: AtomicU32,
    /// The number of messages in the loop's batch that are not taken yet. They still count as
    /// queued. Written only by the actor's own task; read under the mailbox's lock.
    in_flight: AtomicU32,
    /// The remaining budget of this turn. Written only by the actor's own task.
    budget: AtomicU16,
    /// The value of `preempt_epoch` at the start of this turn; the epochs of waits are another
    /// count. In a simulation, a value that `preempt_epoch` never has. Written only by the actor's
    /// own task.
    epoch: AtomicU16,
    /// The park reason, [`MEMBER`] and [`SIMULATED`]. Written only by the actor's own task.
    park_reason: AtomicU8,
    /// The number of deferred messages, as of the last start of a handler or parking. Written only
    /// by the actor's own task.
    deferred: AtomicU32,
    /// Set while the current handler, if there is one, has not been pending yet. Written only by
    /// the actor's own task.
    never_pended: AtomicBool,
    /// Set if the state contains a refusal of the pending handler's wait. Set under the mailbox's lock.
    has_refusal: AtomicBool,
}

impl Header {
    /// Creates the header of an actor with a strong count of one, for the address that is about to
    /// be created.
    pub(crate) fn new(
        system: Arc<SystemShared>,
        settings: &'static Settings,
        capacity: Option<usize>,
    ) -> Self {
        let capacity = capacity.and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
        let (number, is_simulated) = (system.number(), system.sim_observer.is_some());
        Header {
            system,
            settings,
            number,
            key: AtomicU32::new(u32::MAX),
            capacity,
            strong: AtomicU32::new(1),
            flags: AtomicU32::new(0),
            in_flight: AtomicU32::new(0),
            budget: AtomicU16::new(0),
            epoch: AtomicU16::new(0),
            park_reason: AtomicU8::new(
                ParkReason::Idle as u8 | if is_simulated { SIMULATED } else { 0 },
            ),
            deferred: AtomicU32::new(0),
            never_pended: AtomicBool::new(true),
            has_refusal: AtomicBool::new(false),
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        ActorId { system: self.system.id, number: self.number }
    }

    /// Returns the actor's key in the table of its system, or the maximum if it has no entry.
    pub(crate) fn key(&self) -> u32 {
        self.key.load(Ordering::Relaxed)
    }

    /// Sets the key. Called only under the table's lock, when the actor enters the table.
    pub(super) fn set_key(&self, key: usize) {
        self.key.store(u32::try_from(key).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Returns whether the actor's system is a simulation.
    pub(crate) fn is_simulated(&self) -> bool {
        self.park_reason.load(Ordering::Relaxed) & SIMULATED != 0
    }

    /// Returns the current capacity. In a simulation, a fault can make it zero.
    #[inline]
    pub(crate) fn current_capacity(&self) -> u32 {
        if self.is_simulated() && self.is_full_by_fault() {
            return 0;
        }
        self.capacity
    }

    #[cold]
    fn is_full_by_fault(&self) -> bool {
        self.system
            .sim_observer
            .as_ref()
            .is_some_and(|sim_observer| sim_observer.is_full(self.number))
    }

    /// Called on each access to the actor from outside. A simulation aborts if the access comes
    /// from another thread.
    #[inline]
    pub(crate) fn on_external_access(&self) {
        if self.is_simulated() {
            self.report_access();
        }
    }

    #[cold]
    fn report_access(&self) {
        if let Some(sim_observer) = &self.system.sim_observer {
            sim_observer.reached(self);
        }
    }

    /// Marks the actor as a member of a pool, which takes its messages from a shared mailbox.
    /// Called before the actor's first run.
    pub(crate) fn set_member(&self) {
        self.park_reason
            .store(MEMBER | self.park_reason.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(crate) fn is_member(&self) -> bool {
        self.park_reason.load(Ordering::Relaxed) & MEMBER != 0
    }

    /// Increases the strong count. If it may be zero, the caller holds the mailbox's lock, or is the
    /// actor's own task.
    pub(crate) fn incr_strong(&self) {
        // Relaxed as in `Arc::clone`: the caller has a reference, the lock, or the actor's own task.
        self.strong.fetch_add(1, Ordering::Relaxed);
    }

    /// Decreases the strong count. Returns whether the count is now zero.
    pub(crate) fn decr_strong(&self) -> bool {
        self.strong.fetch_sub(1, Ordering::AcqRel) == 1
    }

    pub(crate) fn strong_count(&self) -> u32 {
        self.strong.load(Ordering::Acquire)
    }

    pub(crate) fn is_referenced(&self) -> bool {
        self.strong.load(Ordering::Acquire) != 0
    }

    pub(crate) fn flags(&self) -> u32 {
        self.flags.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Sets the number of messages in the batch. Called only by the actor's own task, under the
    /// mailbox's lock.
    pub(super) fn set_in_flight(&self, in_flight: u32) {
        self.in_flight.store(in_flight, Ordering::Relaxed);
    }

    /// Counts messages that enter the batch. Called only by the actor's own task, under the mailbox's
    /// lock.
    #[inline]
    pub(super) fn add_in_flight(&self, count: u32) {
        self.set_in_flight(self.in_flight() + count);
    }

    /// Returns whether the batch is empty, no flag is set, and the actor has addresses.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.in_flight() == 0 && self.flags() == 0 && self.is_referenced()
    }

    /// Counts a message of the batch as taken. Called only by the actor's own task.
    #[inline]
    pub(crate) fn begin_one(&self) {
        self.in_flight.store(self.in_flight().saturating_sub(1), Ordering::Relaxed);
    }

    /// Returns whether the end of this life was requested, by the actor itself or by its supervisor.
    pub(crate) fn ends_life(&self) -> bool {
        self.flags() & (STOP_SELF | STOP_FOR_RESTART) != 0
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.flags() & KILL != 0
    }

    /// Sets a flag. Called only under the mailbox's lock, so a load and a store are sufficient.
    pub(crate) fn set_flag(&self, flag: u32) {
        self.flags.store(self.flags() | flag, Ordering::Relaxed);
    }

    /// Clears a flag. Called only under the mailbox's lock.
    pub(crate) fn clear_flag(&self, flag: u32) {
        self.flags.store(self.flags() & !flag, Ordering::Relaxed);
    }

    /// Starts a turn. Called only by the actor's own task.
    pub(crate) fn begin_turn(&self) {
        let (turn, epoch) = (self.settings.turn, u16::from(preempt_epoch()));
        let (turn, epoch) = if self.is_simulated() { (1, !epoch) } else { (turn, epoch) };
        self.budget.store(turn, Ordering::Relaxed);
        self.epoch.store(epoch, Ordering::Relaxed);
    }

    /// Returns whether the loop takes the slow path before the next message: a flag is set, the
    /// turn has ended, or the system is a simulation.
    #[inline]
    pub(crate) fn needs_slow_path(&self) -> bool {
        self.flags() | self.interrupted() != 0 || self.budget() == 0
    }

    /// Returns a value other than zero if a monitor has asked run loops to end their turns since this
    /// turn started, or the system is a simulation.
    #[inline]
    fn interrupted(&self) -> u32 {
        u32::from(u16::from(preempt_epoch()) ^ self.epoch.load(Ordering::Relaxed))
    }

    /// Returns whether this turn may take no further message. A simulation has turns of one
    /// message, and is not affected by other systems of the process.
    pub(crate) fn is_turn_over(&self) -> bool {
        self.budget() == 0 || (self.interrupted() != 0 && !self.is_simulated())
    }

    /// Counts a message of the batch as taken, and reduces the budget by it. Called only by the
    /// actor's own task.
    #[inline]
    pub(crate) fn begin_next(&self) {
        self.begin_one();
        self.spend();
    }

    /// Reduces the budget by one message. Called only by the actor's own task.
    pub(crate) fn spend(&self) {
        let left = self.budget.load(Ordering::Relaxed);
        self.budget.store(left.saturating_sub(1), Ordering::Relaxed);
    }

    /// Ends the turn: no more messages are taken. Called only by the actor's own task.
    pub(crate) fn end_turn(&self) {
        self.budget.store(0, Ordering::Relaxed);
    }

    /// Notifies the simulation that a handler or hook has ended.
    #[cold]
    pub(crate) fn finished(&self, name: &'static str) {
        if let Some(sim_observer) = &self.system.sim_observer {
            sim_observer.finished(self.number, name);
        }
    }

    /// Sets the park reason. Called only by the actor's own task.
    pub(crate) fn set_park_reason(&self, park_reason: ParkReason) {
        let others = self.park_reason.load(Ordering::Relaxed) & (MEMBER | SIMULATED);
        self.park_reason.store(others | park_reason as u8, Ordering::Relaxed);
    }

    /// Publishes the number of deferred messages. Called only by the actor's own task.
    pub(crate) fn set_deferred(&self, count: usize) {
        self.deferred.store(u32::try_from(count).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    pub(crate) fn deferred(&self) -> u32 {
        self.deferred.load(Ordering::Relaxed)
    }

    /// Sets whether the current handler has not been pending yet. Called only by the actor's own
    /// task.
    pub(crate) fn set_never_pended(&self, never_pended: bool) {
        self.never_pended.store(never_pended, Ordering::Relaxed);
    }

    pub(crate) fn never_pended(&self) -> bool {
        self.never_pended.load(Ordering::Relaxed)
    }

    /// Sets whether the state contains a refusal. Set under the mailbox's lock, cleared by the
    /// actor's own task.
    pub(crate) fn set_has_refusal(&self, has_refusal: bool) {
        self.has_refusal.store(has_refusal, Ordering::Relaxed);
    }

    pub(crate) fn has_refusal(&self) -> bool {
        self.has_refusal.load(Ordering::Relaxed)
    }

    /// Returns whether the task parks because it waits for messages.
    #[inline]
    pub(crate) fn parks_idle(&self) -> bool {
        matches!(self.park_reason(), ParkReason::Idle)
    }

    pub(crate) fn park_reason(&self) -> ParkReason {
        match self.park_reason.load(Ordering::Relaxed) & !(MEMBER | SIMULATED) {
            0 => ParkReason::Idle,
            1 => ParkReason::HandlerPending,
            2 => ParkReason::Yield,
            3 => ParkReason::SystemOnly,
            4 => ParkReason::Concurrent,
            _ => ParkReason::Receiving,
        }
    }

    pub(crate) fn budget(&self) -> u32 {
        self.budget.load(Ordering::Relaxed).into()
    }
}

/// The settings of all actors of a type. A builder may override the capacity for one actor
/// (`Header::capacity`).
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub(crate) name: &'static str,
    /// The capacity of the mailbox, or `None` if it is unbounded.
    pub(crate) capacity: Option<usize>,
    pub(crate) turn: u16,
    /// The limit of deferred messages.
    pub(crate) deferred: usize,
    /// The limit of concurrent handlers.
    pub(crate) max_concurrent: usize,
    /// Whether the actor belongs to the library. Users do not send messages to it, so lost messages
    /// are not reported to them.
    pub(crate) is_internal: bool,
}

impl Settings {
    /// Creates the default settings: a capacity of 64 messages, turns of 64 messages, 1024 deferred
    /// messages and 64 concurrent handlers.
    pub const fn new(name: &'static str) -> Self {
        Settings {
            name,
            capacity: Some(64),
            turn: 64,
            deferred: 1024,
            max_concurrent: 64,
            is_internal: false,
        }
    }

    /// Sets the capacity of the mailbox.
    pub const fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// Makes the mailbox unbounded.
    pub const fn unbounded(mut self) -> Self {
        self.capacity = None;
        self
    }

    /// Sets the number of messages handled before the actor yields.
    #[allow(clippy::cast_possible_truncation, reason = "`u16::try_from` is not const")]
    pub const fn turn(mut self, turn: usize) -> Self {
        self.turn = if turn < u16::MAX as usize { turn as u16 } else { u16::MAX };
        self
    }

    /// Sets the limit of deferred messages.
    pub const fn deferred(mut self, deferred: usize) -> Self {
        self.deferred = deferred;
        self
    }

    /// Marks an actor of the library itself.
    pub const fn internal(mut self) -> Self {
        self.is_internal = true;
        self
    }

    /// Sets the limit of concurrent handlers.
    pub const fn max_concurrent(mut self, max_concurrent: usize) -> Self {
        self.max_concurrent = max_concurrent;
        self
    }
}

/// Returns the capacity that a builder was given.
///
/// # Panics
/// If it is zero.
#[track_caller]
pub(crate) fn checked_capacity(capacity: usize) -> usize {
    assert!(capacity > 0, "a mailbox needs room for one message; use a capacity of 1 or more");
    capacity
}
