//! The children of a supervisor, in start order. Lookup by id takes constant time, independent of
//! their number.

use super::supervised::Supervised;
use crate::exit::ActorId;
use std::collections::{BTreeMap, HashMap};

/// The position of a child: later children have greater positions, and none is reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u64);

impl Place {
    pub(super) const FIRST: Place = Place(0);
    pub(super) const LAST: Place = Place(u64::MAX);
}

#[derive(Default)]
pub(super) struct Children {
    in_order: BTreeMap<Place, Supervised>,
    // By the number of the id. Only ever asked for one: its order is by chance, and a simulation must not
    // see it.
    places: HashMap<u64, Place>,
    next: u64,
}

impl Children {
    pub(super) fn len(&self) -> usize {
        self.in_order.len()
    }

    /// Adds a child after all others.
    pub(super) fn push(&mut self, child: Supervised) {
        let place = Place(self.next);
        self.next += 1;
        self.places.insert(child.id().number, place);
        self.in_order.insert(place, child);
    }

    pub(super) fn remove(&mut self, id: ActorId) -> Option<Supervised> {
        let place = self.places.remove(&id.number)?;
        self.in_order.remove(&place)
    }

    pub(super) fn place(&self, id: ActorId) -> Option<Place> {
        self.places.get(&id.number).copied()
    }

    pub(super) fn get(&mut self, id: ActorId) -> Option<&mut Supervised> {
        let place = self.places.get(&id.number)?;
        self.in_order.get_mut(place)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Supervised> {
        self.in_order.values()
    }

    /// The children from `first` to `last`, inclusive.
    pub(super) fn between(
        &mut self,
        first: Place,
        last: Place,
    ) -> impl DoubleEndedIterator<Item = (Place, &mut Supervised)> {
        self.in_order.range_mut(first..=last).map(|(place, child)| (*place, child))
    }
}
