//! The settings of an actor type, from the options of `#[actor(..)]`.

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
