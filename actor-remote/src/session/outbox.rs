//! The outboxes of a node, one for each other node. An outbox holds the frames that no thread has begun to send.
//!
//! Invariants, under the lock of the node's state:
//! - At most one thread sends the frames of an outbox, which keeps their order. The thread checks the outbox after each
//!   batch, and stops only when the outbox is empty.
//! - An outbox with frames that no thread sends is *listed*, or *collects*. Each change of the state ends with a check
//!   of the listed outboxes, and the task that sends collected frames has been woken. Therefore all frames are sent.
//! - At most one batch collects in an outbox. A second batch makes the outbox listed.
//! - Once the node is closed, no frame is pushed or collected. The thread that empties the last outbox makes the
//!   transport leave.

use crate::batch::{Batch, FULL};
use crate::transport::NodeId;
use std::collections::{BTreeMap, VecDeque};

/// The minimum capacity of a batch whose length is not known yet.
const SHORT: usize = 192;

#[derive(Default)]
pub(crate) struct Outboxes {
    of: BTreeMap<NodeId, Outbox>,
    listed: VecDeque<NodeId>,
    collecting: Vec<NodeId>,
    /// Set when the first outbox collects, until the task that sends collected frames is woken.
    wakes: bool,
}

struct Outbox {
    batches: VecDeque<Batch>,
    /// The capacity for the next batch: the length of recent batches. Shorter batches reduce it slowly.
    room: usize,
    stage: Stage,
}

impl Outbox {
    fn new() -> Self {
        Outbox { batches: VecDeque::new(), room: SHORT, stage: Stage::Empty }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Empty,
    /// The next check of the listed outboxes finds the frames.
    Listed,
    /// The frames wait for further frames.
    Collecting,
    /// A thread sends the frames.
    Sending,
}

impl Outboxes {
    /// Adds the frame that `write` appends to the buffer.
    pub(super) fn push(&mut self, to: NodeId, write: impl FnOnce(&mut Vec<u8>)) {
        let outbox = self.of.entry(to).or_insert_with(Outbox::new);
        match outbox.batches.back_mut().filter(|batch| batch.len() < FULL) {
            Some(batch) => batch.add(write),
            None => {
                let mut batch = Batch::with_capacity(outbox.room);
                batch.add(write);
                outbox.batches.push_back(batch);
            }
        }
        if outbox.stage == Stage::Empty
            || (outbox.stage == Stage::Collecting && outbox.batches.len() > 1)
        {
            outbox.stage = Stage::Listed;
            self.listed.push_back(to);
        }
    }

    pub(crate) fn has_listed(&self) -> bool {
        !self.listed.is_empty()
    }

    /// Takes the first batch of a listed outbox, which the caller then sends. If `is_busy` returns `true`, an outbox
    /// with a single batch collects further frames instead.
    pub(crate) fn begin(&mut self, is_busy: impl Fn(NodeId) -> bool) -> Option<(NodeId, Batch)> {
        loop {
            let to = self.listed.pop_front()?;
            let Some(outbox) = self.of.get_mut(&to) else { continue };
            if outbox.batches.len() == 1 && is_busy(to) {
                outbox.stage = Stage::Collecting;
                self.wakes |= self.collecting.is_empty();
                self.collecting.push(to);
                continue;
            }
            outbox.stage = Stage::Sending;
            if let Some(batch) = self.next(to) {
                return Some((to, batch));
            }
        }
    }

    /// Returns the next batch of an outbox whose frames the caller sends, or `None` once the outbox is empty.
    pub(crate) fn next(&mut self, to: NodeId) -> Option<Batch> {
        let outbox = self.of.get_mut(&to)?;
        let batch = outbox.batches.pop_front();
        match &batch {
            Some(batch) => {
                let length = batch.len().clamp(SHORT, 2 * FULL);
                outbox.room = length.max((outbox.room + length) / 2);
            }
            None => outbox.stage = Stage::Empty,
        }
        batch
    }

    /// Returns whether the caller has to wake the task that sends collected frames.
    pub(crate) fn take_wake(&mut self) -> bool {
        std::mem::take(&mut self.wakes)
    }

    /// Lists all outboxes that collect frames.
    pub(crate) fn list_collected(&mut self) {
        for to in self.collecting.drain(..) {
            if let Some(outbox) = self.of.get_mut(&to).filter(|it| it.stage == Stage::Collecting) {
                outbox.stage = Stage::Listed;
                self.listed.push_back(to);
            }
        }
    }

    /// Returns whether all frames have been sent.
    pub(super) fn are_empty(&self) -> bool {
        self.of.values().all(|outbox| outbox.stage == Stage::Empty)
    }

    /// Removes the empty outboxes of removed nodes.
    pub(super) fn retain(&mut self, is_there: impl Fn(NodeId) -> bool) {
        self.of.retain(|node, outbox| outbox.stage != Stage::Empty || is_there(*node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: NodeId = NodeId(7);

    fn push(outboxes: &mut Outboxes, bytes: usize) {
        outboxes.push(TO, |out| out.extend(std::iter::repeat_n(1, bytes)));
    }

    fn lengths(batch: &Batch) -> Vec<usize> {
        batch.frames().map(<[u8]>::len).collect()
    }

    #[test]
    fn frames_that_come_while_a_thread_sends_are_its_next_batch() {
        let mut outboxes = Outboxes::default();
        push(&mut outboxes, 1);
        let (to, first) = outboxes.begin(|_| false).unwrap();
        assert_eq!((to, lengths(&first)), (TO, vec![1]));
        push(&mut outboxes, 2);
        push(&mut outboxes, 3);
        assert!(outboxes.begin(|_| false).is_none(), "another thread sends");
        assert_eq!(lengths(&outboxes.next(TO).unwrap()), [2, 3]);
        assert!(outboxes.next(TO).is_none());
        push(&mut outboxes, 4);
        assert!(outboxes.begin(|_| false).is_some());
    }

    #[test]
    fn one_batch_collects_and_a_second_one_is_sent_with_it() {
        let mut outboxes = Outboxes::default();
        push(&mut outboxes, 1);
        assert!(outboxes.begin(|_| true).is_none());
        assert!(outboxes.take_wake());
        push(&mut outboxes, 2);
        assert!(!outboxes.has_listed() && !outboxes.take_wake());
        push(&mut outboxes, FULL);
        push(&mut outboxes, 3);
        let (_, first) = outboxes.begin(|_| true).unwrap();
        assert_eq!(lengths(&first), [1, 2, FULL]);
        assert_eq!(lengths(&outboxes.next(TO).unwrap()), [3]);
        assert!(outboxes.next(TO).is_none());

        push(&mut outboxes, 4);
        assert!(outboxes.begin(|_| true).is_none());
        outboxes.list_collected();
        assert!(outboxes.begin(|_| false).is_some());
    }

    #[test]
    fn the_outboxes_are_empty_once_the_last_batch_is_sent() {
        let mut outboxes = Outboxes::default();
        assert!(outboxes.are_empty());
        push(&mut outboxes, 1);
        assert!(!outboxes.are_empty(), "listed");
        assert!(outboxes.begin(|_| true).is_none());
        assert!(!outboxes.are_empty(), "collecting");
        outboxes.list_collected();
        assert!(outboxes.begin(|_| false).is_some());
        assert!(!outboxes.are_empty(), "being sent");
        assert!(outboxes.next(TO).is_none());
        assert!(outboxes.are_empty());
    }

    #[test]
    fn the_outbox_of_a_node_that_is_gone_is_forgotten_once_it_is_empty() {
        let mut outboxes = Outboxes::default();
        push(&mut outboxes, 1);
        outboxes.retain(|_| false);
        assert!(outboxes.begin(|_| false).is_some());
        assert!(outboxes.next(TO).is_none());
        outboxes.retain(|_| false);
        assert!(outboxes.of.is_empty());
    }
}
