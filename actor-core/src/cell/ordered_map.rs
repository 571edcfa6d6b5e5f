//! A map with ascending keys, in insertion order. No lock here.
//!
//! Every actor has two of them, of its own types. Everything that does not move a value is
//! therefore type-erased to avoid monomorphization. An empty map, which is the usual case, is one
//! word.

use slab::Slab;
use std::collections::BTreeMap;

pub(crate) struct Ordered<T>(Option<Box<Inner<T>>>);

struct Inner<T> {
    places: Places,
    values: Slab<T>,
}

/// The slab index of each key.
#[derive(Default)]
struct Places(BTreeMap<u64, usize>);

impl Places {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn insert(&mut self, key: u64, place: usize) {
        self.0.insert(key, place);
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
        self.0.range(..end).next_back().map(|(key, place)| (*key, *place))
    }

    fn all(&self) -> Vec<(u64, usize)> {
        self.0.iter().map(|(key, place)| (*key, *place)).collect()
    }
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Ordered(None)
    }
}

impl<T> Ordered<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|inner| inner.places.is_empty())
    }

    /// Adds `value` at the end; `key` must not have been used before.
    pub(crate) fn insert(&mut self, key: u64, value: T) {
        let inner = self.0.get_or_insert_with(|| {
            Box::new(Inner { places: Places::default(), values: Slab::new() })
        });
        let place = inner.values.insert(value);
        inner.places.insert(key, place);
    }

    pub(crate) fn contains(&self, key: u64) -> bool {
        self.0.as_ref().is_some_and(|inner| inner.places.get(key).is_some())
    }

    pub(crate) fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        let inner = self.0.as_mut()?;
        inner.values.get_mut(inner.places.get(key)?)
    }

    pub(crate) fn remove(&mut self, key: u64) -> Option<T> {
        let inner = self.0.as_mut()?;
        inner.places.remove(key).map(|place| inner.values.remove(place))
    }

    pub(crate) fn pop_first(&mut self) -> Option<T> {
        let first = self.0.as_ref()?.places.first()?;
        self.remove(first)
    }

    /// Removes and returns the `wanted` values, in order.
    pub(crate) fn take_if(&mut self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        let Some(inner) = &mut self.0 else { return taken };
        for (key, place) in inner.places.all() {
            if inner.values.get(place).is_some_and(&wanted) {
                inner.places.remove(key);
                taken.push(inner.values.remove(place));
            }
        }
        taken
    }

    pub(crate) fn each(&mut self, mut look: impl FnMut(&mut T)) {
        let Some(inner) = &mut self.0 else { return };
        for (_, place) in inner.places.all() {
            if let Some(value) = inner.values.get_mut(place) {
                look(value);
            }
        }
    }

    /// The last value for which `look` returns something, with its key.
    pub(crate) fn find_last<U>(&self, look: impl Fn(&T) -> Option<U>) -> Option<(u64, U)> {
        let inner = self.0.as_ref()?;
        let mut end = u64::MAX;
        loop {
            let (key, place) = inner.places.last_before(end)?;
            if let Some(found) = inner.values.get(place).and_then(&look) {
                return Some((key, found));
            }
            end = key;
        }
    }
}
