//! What of an actor is known without a lock and without its type: identity, settings, signals.

use super::hub::Hub;
use crate::cell::message::Settings;
use crate::exit::ActorId;
use crate::host::preempt;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, Ordering};

/// Set if the actor was told to die and the loop has not heeded it yet.
pub(crate) const KILL: u32 = 1;
/// Set if the mailbox was closed and the loop has not heeded it yet.
pub(crate) const STOP: u32 = 2;
/// Set if a notice waits.
pub(crate) const NOTICE: u32 = 4;
/// Set if a sender waits for room.
pub(crate) const WAITING: u32 = 8;

/// Set if this life is to end after the running handler, by its own wish.
pub(crate) const LEAVE: u32 = 16;
/// Set if this life is to end after the running handler, by its overseer's.
pub(crate) const END: u32 = 32;

/// Set if there may be something in the mailbox that this actor shares with others.
pub(crate) const POKE: u32 = 64;
/// Set if a message with priority waits.
pub(crate) const URGENT: u32 = 128;

/// Beside the pace: set if the actor is a member of a pool, which outside is one actor.
const MEMBER: u8 = 128;
/// Beside the pace: set if the actor's system is a simulation, which is to see what it does.
const SIMULATED: u8 = 64;

/// How a cell comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Pace {
    /// It waits for mail and signals.
    Idle,
    /// A handler is pending: it waits for its waker, and for a kill.
    Busy,
    /// It has more to do than this turn allows.
    Again,
    /// It takes no mail just now: it waits for a notice, and for a kill.
    Deaf,
    /// Handlers are pending beside which others may start: it waits for mail and signals, and for
    /// their waker.
    Sharing,
    /// A handler is pending that takes mail itself: it waits for mail and signals, and for its waker.
    Receiving,
}

pub(crate) struct Core {
    pub(crate) hub: Arc<Hub>,
    pub(crate) settings: &'static Settings,
    pub(crate) number: u64,
    /// The actor's place in the table of its system.
    pub(crate) key: u32,
    /// `u32::MAX`: unbounded.
    pub(crate) capacity: u32,
    /// What comes from outside and keeps the actor alive: addresses, its name, its parent,
    /// attached streams. It leaves zero only under the lane's lock (see `Mail::adopt`).
    keepers: AtomicU32,
    /// What the loop has to heed before the next message. Written under the lane's lock only.
    pub(crate) signals: AtomicU32,
    /// Messages that were handed out and not taken yet: they still count. Written by the actor's own
    /// run only; read under the lane's lock.
    left: AtomicU32,
    /// What is left of this turn. Written by the actor's own run only.
    budget: AtomicU16,
    /// The value of `preempt::epoch` when this turn began; in a simulation, one that it never has. Written by
    /// the actor's own run only.
    epoch: AtomicU16,
    /// How the cell comes to rest, [`MEMBER`] and [`SIMULATED`]. Written by the actor's own run only.
    pace: AtomicU8,
    /// How many messages its guards keep aside, as of when it last began a handler or came to rest.
    /// Written by the actor's own run only.
    kept_aside: AtomicU32,
    /// Set while the handler at work, if there is one, has not been pending yet. Written by the
    /// actor's own run only.
    fresh: AtomicBool,
    /// Set if a verdict on the pending handler's wait lies in the seat. Set under the lane's lock.
    told: AtomicBool,
}

impl Core {
    /// An actor with one keeper: the address that is about to be made.
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
            kept_aside: AtomicU32::new(0),
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

    /// How many messages may wait just now: in a simulation, none if a fault says so.
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

    /// Somebody sends it something: a simulation breaks if that is another thread.
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

    /// It takes its messages from a mailbox that it shares. Before its first run.
    pub(crate) fn set_member(&self) {
        self.pace.store(MEMBER | self.pace.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(crate) fn is_member(&self) -> bool {
        self.pace.load(Ordering::Relaxed) & MEMBER != 0
    }

    /// Adds a keeper beside one that is there.
    pub(crate) fn keep(&self) {
        // Relaxed as in `Arc::clone`: whoever clones holds a keeper already.
        self.keepers.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes a keeper away; true if it was the last.
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

    /// Only by the actor's own run, under the lane's lock.
    pub(super) fn set_left(&self, left: u32) {
        self.left.store(left, Ordering::Relaxed);
    }

    /// One of the messages that were handed out has been taken. Only by the actor's own run.
    #[inline]
    pub(crate) fn took_one(&self) {
        self.left.store(self.left().saturating_sub(1), Ordering::Relaxed);
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.signals() & KILL != 0
    }

    /// Only under the lane's lock, which is why a load and a store do.
    pub(crate) fn raise(&self, signal: u32) {
        self.signals.store(self.signals() | signal, Ordering::Relaxed);
    }

    /// Only under the lane's lock.
    pub(crate) fn lower(&self, signal: u32) {
        self.signals.store(self.signals() & !signal, Ordering::Relaxed);
    }

    /// Only by the actor's own run, at the beginning of a turn.
    pub(crate) fn begin_turn(&self) {
        let (turn, epoch) = (self.settings.turn, u16::from(preempt::epoch()));
        let (turn, epoch) = if self.is_simulated() { (1, !epoch) } else { (turn, epoch) };
        let turn = u16::try_from(turn).unwrap_or(u16::MAX);
        self.budget.store(turn, Ordering::Relaxed);
        self.epoch.store(epoch, Ordering::Relaxed);
    }

    /// Not zero if a monitor has asked run loops to end their turns since this turn began, and always in a
    /// simulation: the loop looks aside before the next message.
    #[inline]
    pub(crate) fn interrupted(&self) -> u32 {
        u32::from(u16::from(preempt::epoch()) ^ self.epoch.load(Ordering::Relaxed))
    }

    /// Whether this turn may take no further message. A simulation has turns of one message, and is not
    /// affected by other systems of the process.
    pub(crate) fn is_turn_over(&self) -> bool {
        self.budget() == 0 || (self.interrupted() != 0 && !self.is_simulated())
    }

    /// Only by the actor's own run.
    pub(crate) fn spend(&self) {
        let left = self.budget.load(Ordering::Relaxed);
        self.budget.store(left.saturating_sub(1), Ordering::Relaxed);
    }

    /// Nothing more is taken in this turn. Only by the actor's own run.
    pub(crate) fn end_turn(&self) {
        self.budget.store(0, Ordering::Relaxed);
    }

    /// A handler or hook of it is over, in a simulation.
    #[cold]
    pub(crate) fn finished(&self, name: &'static str) {
        if let Some(witness) = &self.hub.witness {
            witness.finished(self.number, name);
        }
    }

    /// Only by the actor's own run.
    pub(crate) fn set_pace(&self, pace: Pace) {
        let beside = self.pace.load(Ordering::Relaxed) & (MEMBER | SIMULATED);
        self.pace.store(beside | pace as u8, Ordering::Relaxed);
    }

    /// Only by the actor's own run.
    pub(crate) fn set_kept_aside(&self, count: usize) {
        self.kept_aside.store(u32::try_from(count).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    pub(crate) fn kept_aside(&self) -> u32 {
        self.kept_aside.load(Ordering::Relaxed)
    }

    /// Only by the actor's own run.
    pub(crate) fn set_fresh(&self, fresh: bool) {
        self.fresh.store(fresh, Ordering::Relaxed);
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh.load(Ordering::Relaxed)
    }

    /// Set under the lane's lock, taken back by the actor's own run.
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
