//! The watchers of an actor's exit, in the order in which they were added. The mailbox's lock
//! protects them.
//!
//! An entry is removed when its watcher's life ends (monitors, active sides of links, children),
//! when either side cancels the link, and when the linked actor ends (passive sides). These rules
//! miss some entries, such as the passive side of a link whose creator was restarted before the
//! other side ended. Such entries are removed after the watcher's memory was freed. The list is
//! swept when it has grown to twice the number of watchers that were in memory at the last sweep,
//! but at least to 64 entries.

use super::handle::DynMailbox;
use super::state::{ResourceId, Watcher};
use crate::exit::ActorId;
use crate::sync::Weak;
use std::collections::{BTreeMap, BTreeSet};

/// Few entries. Most actors have at most one watcher, but a server, for example, may have one for
/// each client.
pub(crate) enum Watchers {
    Few(Vec<Watcher>),
    /// Many entries. They are indexed, because each watcher removes itself when it ends.
    Many(Box<Many>),
}

/// Above this number, entries are indexed.
const FEW: usize = 32;

#[derive(Default)]
pub(crate) struct Many {
    by_place: BTreeMap<u64, Watcher>,
    places: BTreeSet<(ActorId, Option<ResourceId>, u64)>,
    next: u64,
    /// The number of entries at which the next sweep happens.
    sweep_at: usize,
}

impl Many {
    fn push(&mut self, watcher: Watcher) {
        if self.by_place.len() >= self.sweep_at {
            self.sweep();
        }
        self.places.insert((watcher.id, watcher.key, self.next));
        self.by_place.insert(self.next, watcher);
        self.next += 1;
    }

    /// Removes the entries of watchers whose memory was freed, which cannot be notified anyway.
    /// Dropping such a `Weak` runs no user code.
    fn sweep(&mut self) {
        let Many { by_place, places, .. } = self;
        by_place.retain(|place, watcher| {
            let stays = watcher.is_in_memory();
            if !stays {
                places.remove(&(watcher.id, watcher.key, *place));
            }
            stays
        });
        self.sweep_at = 2 * self.by_place.len().max(FEW);
    }

    fn remove(&mut self, id: ActorId, key: Option<ResourceId>) -> Vec<Watcher> {
        let mut gone = Vec::new();
        while let Some(entry) =
            self.places.range((id, key, 0)..=(id, key, u64::MAX)).next().copied()
        {
            self.places.remove(&entry);
            gone.extend(self.by_place.remove(&entry.2));
        }
        gone
    }
}

impl Default for Watchers {
    fn default() -> Self {
        Watchers::Few(Vec::new())
    }
}

impl Watchers {
    /// Adds a watcher. The passive side of a link is stored once, no matter how often the link is
    /// created, for example once in each life.
    pub(crate) fn push(&mut self, watcher: Watcher) {
        if watcher.key.is_none() && self.has_far_half(watcher.id) {
            return;
        }
        match self {
            Watchers::Many(many) => many.push(watcher),
            Watchers::Few(few) if few.len() < FEW => {
                if few.is_empty() {
                    few.reserve_exact(1);
                }
                few.push(watcher);
            }
            Watchers::Few(few) => {
                few.retain(Watcher::is_in_memory);
                if few.len() < FEW {
                    return few.push(watcher);
                }
                let mut many = Box::<Many>::default();
                few.drain(..).chain([watcher]).for_each(|watcher| many.push(watcher));
                *self = Watchers::Many(many);
            }
        }
    }

    /// Returns the mailboxes of the watchers.
    pub(crate) fn mailboxes(&self) -> Vec<Weak<dyn DynMailbox>> {
        match self {
            Watchers::Few(few) => few.iter().map(|watcher| watcher.mailbox.clone()).collect(),
            Watchers::Many(many) => {
                many.by_place.values().map(|watcher| watcher.mailbox.clone()).collect()
            }
        }
    }

    fn has_far_half(&self, id: ActorId) -> bool {
        match self {
            Watchers::Few(few) => few.iter().any(|other| other.id == id && other.key.is_none()),
            Watchers::Many(many) => {
                many.places.range((id, None, 0)..=(id, None, u64::MAX)).next().is_some()
            }
        }
    }

    /// Removes and returns the entries that `id` added for `key`.
    pub(crate) fn remove(&mut self, id: ActorId, key: Option<ResourceId>) -> Vec<Watcher> {
        match self {
            Watchers::Few(few) => {
                few.extract_if(.., |other| other.id == id && other.key == key).collect()
            }
            Watchers::Many(many) => many.remove(id, key),
        }
    }

    /// Removes and returns all entries, in order.
    pub(crate) fn take(&mut self) -> Vec<Watcher> {
        match std::mem::take(self) {
            Watchers::Few(few) => few,
            Watchers::Many(many) => many.by_place.into_values().collect(),
        }
    }

    /// Returns the ids of the linked actors, in order.
    pub(crate) fn linked(&self) -> Vec<ActorId> {
        let id = |watcher: &Watcher| watcher.link.then_some(watcher.id);
        match self {
            Watchers::Few(few) => few.iter().filter_map(id).collect(),
            Watchers::Many(many) => many.by_place.values().filter_map(id).collect(),
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        match self {
            Watchers::Few(few) => few.len(),
            Watchers::Many(many) => many.by_place.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ActorId, FEW, ResourceId, Watcher, Watchers};
    use crate::cell::handle::DynMailbox;
    use crate::repetitions;
    use crate::sync::Arc;
    use actor_core::prelude::*;

    #[actor]
    struct Target;

    #[actor]
    impl Target {}

    fn id(number: u64) -> ActorId {
        ActorId { system: 0, number }
    }

    fn mailbox() -> Arc<dyn DynMailbox> {
        Context::<Target>::detached().mailbox().clone()
    }

    fn watcher(mailbox: &Arc<dyn DynMailbox>, number: u64, key: Option<ResourceId>) -> Watcher {
        Watcher { mailbox: Arc::downgrade(mailbox), id: id(number), key, link: key.is_none() }
    }

    fn entries(watchers: &[Watcher]) -> Vec<(u64, Option<ResourceId>)> {
        watchers.iter().map(|watcher| (watcher.id.number, watcher.key)).collect()
    }

    #[test]
    fn watchers_are_taken_in_order_and_removed_by_actor_and_key() {
        let who = mailbox();
        for count in [3, FEW as u64 + 3] {
            let mut watchers = Watchers::default();
            // Each number has a link, made twice, and two monitors; the last comes first.
            for number in (1..=count).rev() {
                for key in [None, Some(1), None, Some(2)] {
                    watchers.push(watcher(&who, number, key));
                }
            }
            assert_eq!(entries(&watchers.remove(id(2), Some(2))), [(2, Some(2))]);
            assert_eq!(entries(&watchers.remove(id(2), None)), [(2, None)]);
            assert_eq!(entries(&watchers.remove(id(2), None)), []);
            let links: Vec<_> = (1..=count).rev().filter(|number| *number != 2).map(id).collect();
            assert_eq!(watchers.linked(), links);
            let left = (1..=count).rev().flat_map(|number| match number {
                2 => vec![(2, Some(1))],
                _ => [None, Some(1), Some(2)].map(|key| (number, key)).to_vec(),
            });
            assert_eq!(entries(&watchers.take()), left.collect::<Vec<_>>());
            assert_eq!(watchers.len(), 0);
        }
    }
    #[test]
    fn entries_of_watchers_that_were_freed_are_swept() {
        for lasting in [2, 3 * FEW as u64] {
            let (mut watchers, who) = (Watchers::default(), mailbox());
            (1..=lasting).for_each(|number| watchers.push(watcher(&who, number, None)));
            for number in 1..=repetitions(20_000) as u64 {
                watchers.push(watcher(&mailbox(), lasting + number, None));
                let most = 2 * FEW.max(usize::try_from(lasting).unwrap());
                assert!(watchers.len() <= most, "{} entries of {lasting}", watchers.len());
            }
            let left = watchers.take();
            let lasting_first = left
                .iter()
                .map(|watcher| watcher.id.number)
                .take_while(|number| *number <= lasting);
            assert!(lasting_first.eq(1..=lasting));
        }
    }
}
