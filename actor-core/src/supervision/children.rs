//! The children of a supervisor, in start order. Lookup by id takes constant time, independent of
//! their number.

use super::record::ChildRecord;
use crate::exit::ActorId;
use std::collections::{BTreeMap, HashMap};

/// The position of a child. Later children have greater positions, and no position is reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StartIndex(u64);

impl StartIndex {
    pub(super) const FIRST: StartIndex = StartIndex(0);
    pub(super) const LAST: StartIndex = StartIndex(u64::MAX);
}

#[derive(Default)]
pub(super) struct Children {
    in_order: BTreeMap<StartIndex, ChildRecord>,
    // By the number of the id. Only used for lookups, never iterated: its order is random, and must
    // not influence a simulation.
    indices: HashMap<u64, StartIndex>,
    next: u64,
}

impl Children {
    pub(super) fn len(&self) -> usize {
        self.in_order.len()
    }

    /// Adds a child after all others.
    pub(super) fn push(&mut self, child: ChildRecord) {
        let index = StartIndex(self.next);
        self.next += 1;
        self.indices.insert(child.id().number, index);
        self.in_order.insert(index, child);
    }

    pub(super) fn remove(&mut self, id: ActorId) -> Option<ChildRecord> {
        let index = self.indices.remove(&id.number)?;
        self.in_order.remove(&index)
    }

    pub(super) fn index_of(&self, id: ActorId) -> Option<StartIndex> {
        self.indices.get(&id.number).copied()
    }

    pub(super) fn get(&mut self, id: ActorId) -> Option<&mut ChildRecord> {
        let index = self.indices.get(&id.number)?;
        self.in_order.get_mut(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ChildRecord> {
        self.in_order.values()
    }

    /// Returns the children from `first` to `last`, inclusive.
    pub(super) fn between(
        &mut self,
        first: StartIndex,
        last: StartIndex,
    ) -> impl DoubleEndedIterator<Item = (StartIndex, &mut ChildRecord)> {
        self.in_order.range_mut(first..=last).map(|(index, child)| (*index, child))
    }
}
