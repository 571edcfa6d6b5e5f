//! A counter that can be awaited, and a mark that counts its drop.

use crate::Gate;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A counter; clones are the same counter.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    count: usize,
    waiting: Vec<(usize, Gate)>,
}

impl Tally {
    /// Counts one more.
    pub fn add(&self) {
        let mut inner = self.inner.lock().expect("no user code runs under this lock");
        inner.count += 1;
        let count = inner.count;
        let reached = inner.waiting.extract_if(.., |(wanted, _)| *wanted <= count);
        let reached: Vec<_> = reached.collect();
        drop(inner);
        reached.iter().for_each(|(_, gate)| gate.open());
    }

    /// Returns the count so far.
    pub fn count(&self) -> usize {
        self.inner.lock().expect("no user code runs under this lock").count
    }

    /// Waits until the count is at least `wanted`.
    pub async fn reaches(&self, wanted: usize) {
        self.gate(wanted).pass().await;
    }

    /// A gate that opens when the count is at least `wanted`.
    fn gate(&self, wanted: usize) -> Gate {
        let gate = Gate::new();
        let mut inner = self.inner.lock().expect("no user code runs under this lock");
        if inner.count >= wanted {
            gate.open();
        } else {
            inner.waiting.push((wanted, gate.clone()));
        }
        gate
    }

    /// Creates a value whose drop counts one.
    pub fn mark(&self) -> Mark {
        Mark::new(self.clone())
    }
}

/// Counts one when it is dropped: put it into a state or a message.
#[derive(Debug)]
pub struct Mark {
    tally: Tally,
    /// Set when another mark counts instead of this one.
    is_moved: AtomicBool,
}

impl Mark {
    fn new(tally: Tally) -> Self {
        Mark { tally, is_moved: AtomicBool::new(false) }
    }

    /// Returns a mark that counts instead of this one, unless there is one already.
    pub(crate) fn move_out(&self) -> Option<Mark> {
        let was_moved = self.is_moved.swap(true, Ordering::Relaxed);
        (!was_moved).then(|| Mark::new(self.tally.clone()))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if !*self.is_moved.get_mut() {
            self.tally.add();
        }
    }
}
