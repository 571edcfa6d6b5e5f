//! A counter that can be awaited, and a mark that counts its drop.

use crate::Gate;
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
        Mark(self.clone())
    }
}

/// Counts one when it is dropped: put it into a state or a message.
#[derive(Debug)]
pub struct Mark(Tally);

impl Drop for Mark {
    fn drop(&mut self) {
        self.0.add();
    }
}
