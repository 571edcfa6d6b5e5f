//! A map with ascending keys, in insertion order. It has no lock of its own.
//!
//! The map is used with several types of values. Everything that does not move a value is therefore
//! type-erased to avoid monomorphization. An empty map, which is the usual case, takes one word.

use slab::Slab;
use std::collections::BTreeMap;

pub(crate) struct OrderedMap<T>(Option<Box<Inner<T>>>);

struct Inner<T> {
    index: SlabIndex,
    values: Slab<T>,
}

/// The slab index of each key.
#[derive(Default)]
struct SlabIndex(BTreeMap<u64, usize>);

impl SlabIndex {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn insert(&mut self, key: u64, position: usize) {
        self.0.insert(key, position);
    }

    fn get(&self, key: u64) -> Option<usize> {
        self.0.get(&key).copied()
    }

    fn remove(&mut self, key: u64) -> Option<usize> {
        self.0.remove(&key)
    }

    fn first(&self) -> Option<u64> {
        self.0.keys().next().copied()
    }

    fn last_before(&self, end: u64) -> Option<(u64, usize)> {
        self.0.range(..end).next_back().map(|(key, position)| (*key, *position))
    }

    fn all(&self) -> Vec<(u64, usize)> {
        self.0.iter().map(|(key, position)| (*key, *position)).collect()
    }
}

impl<T> Default for OrderedMap<T> {
    fn default() -> Self {
        OrderedMap(None)
    }
}

impl<T> OrderedMap<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|inner| inner.index.is_empty())
    }

    /// Adds `value` at the end; `key` must not have been used before.
    pub(crate) fn insert(&mut self, key: u64, value: T) {
        let inner = self.0.get_or_insert_with(|| {
            Box::new(Inner { index: SlabIndex::default(), values: Slab::new() })
        });
        let position = inner.values.insert(value);
        inner.index.insert(key, position);
    }

    pub(crate) fn contains(&self, key: u64) -> bool {
        self.0.as_ref().is_some_and(|inner| inner.index.get(key).is_some())
    }

    pub(crate) fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        let inner = self.0.as_mut()?;
        inner.values.get_mut(inner.index.get(key)?)
    }

    pub(crate) fn remove(&mut self, key: u64) -> Option<T> {
        let inner = self.0.as_mut()?;
        inner.index.remove(key).map(|position| inner.values.remove(position))
    }

    pub(crate) fn pop_first(&mut self) -> Option<T> {
        let first = self.0.as_ref()?.index.first()?;
        self.remove(first)
    }

    /// Removes and returns the `wanted` values, in order.
    pub(crate) fn take_if(&mut self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        let Some(inner) = &mut self.0 else { return taken };
        for (key, position) in inner.index.all() {
            if inner.values.get(position).is_some_and(&wanted) {
                inner.index.remove(key);
                taken.push(inner.values.remove(position));
            }
        }
        taken
    }

    pub(crate) fn each(&mut self, mut look: impl FnMut(&mut T)) {
        let Some(inner) = &mut self.0 else { return };
        for (_, position) in inner.index.all() {
            if let Some(value) = inner.values.get_mut(position) {
                look(value);
            }
        }
    }

    /// Returns the last value for which `look` returns something, with its key.
    pub(crate) fn find_last<U>(&self, look: impl Fn(&T) -> Option<U>) -> Option<(u64, U)> {
        let inner = self.0.as_ref()?;
        let mut end = u64::MAX;
        loop {
            let (key, position) = inner.index.last_before(end)?;
            if let Some(found) = inner.values.get(position).and_then(&look) {
                return Some((key, found));
            }
            end = key;
        }
    }
}
