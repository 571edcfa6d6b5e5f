//! The calls of a session by their numbers. The numbers of a node ascend, and most calls are over soon.
//!
//! Invariant: the recent calls are those from the number `first` on, without the numbers in `others`. At most half of
//! the places for recent calls are empty, except for `SPARE` of them. So an old call, or a node that skips numbers,
//! takes no more room than the calls need.

use std::collections::{BTreeMap, VecDeque};

/// The number of places that may be empty in any case.
const SPARE: usize = 64;

pub(crate) struct Calls<T> {
    first: u64,
    recent: VecDeque<Option<T>>,
    /// The number of recent calls.
    count: usize,
    others: BTreeMap<u64, T>,
}

impl<T> Calls<T> {
    pub(crate) fn new() -> Self {
        Calls { first: 0, recent: VecDeque::new(), count: 0, others: BTreeMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.count + self.others.len()
    }

    fn place(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first)?).ok()
    }

    pub(crate) fn get(&self, number: u64) -> Option<&T> {
        let recent = self.place(number).and_then(|place| self.recent.get(place)?.as_ref());
        recent.or_else(|| self.others.get(&number))
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let place = self.place(number);
        let recent = place.and_then(|place| self.recent.get_mut(place)?.as_mut());
        recent.or_else(|| self.others.get_mut(&number))
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        self.get(number).is_some()
    }

    /// Adds a call whose number is not in the table.
    pub(crate) fn insert(&mut self, number: u64, call: T) {
        if self.recent.is_empty() {
            self.first = number;
        }
        let end = self.recent.len() + SPARE;
        let Some(place) = self.place(number).filter(|place| *place < end) else {
            self.others.insert(number, call);
            return;
        };
        while self.recent.len() <= place {
            self.recent.push_back(None);
        }
        self.recent[place] = Some(call);
        self.count += 1;
        while self.recent.len() > 2 * self.count + SPARE {
            self.drop_first();
        }
        self.drop_empty();
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<T> {
        let place = self.place(number);
        let Some(call) = place.and_then(|place| self.recent.get_mut(place)?.take()) else {
            return self.others.remove(&number);
        };
        self.count -= 1;
        self.drop_empty();
        Some(call)
    }

    /// Removes the empty places in front.
    fn drop_empty(&mut self) {
        while let Some(None) = self.recent.front() {
            self.drop_first();
        }
    }

    /// Removes the first place. A call in it is no longer a recent one.
    fn drop_first(&mut self) {
        if let Some(call) = self.recent.pop_front().flatten() {
            self.others.insert(self.first, call);
            self.count -= 1;
        }
        self.first = self.first.wrapping_add(1);
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = T> {
        self.others.into_values().chain(self.recent.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the table with a map, and checks its invariant.
    fn check(calls: &Calls<u64>, known: &BTreeMap<u64, u64>) {
        assert_eq!(calls.len(), known.len());
        assert_eq!(calls.recent.iter().flatten().count(), calls.count);
        assert!(calls.recent.len() <= 2 * calls.count + 2 * SPARE);
        assert!(!matches!(calls.recent.front(), Some(None)));
    }

    fn run(seed: u64, next: impl Fn(u64, u64) -> u64) {
        let (mut calls, mut known) = (Calls::new(), BTreeMap::new());
        let (mut last, mut state) = (1, seed);
        for _ in 0..2000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let number = match state % 2 {
                0 => next(last, state >> 8),
                _ => known.keys().copied().nth((state >> 8) as usize % 60).unwrap_or(last),
            };
            assert_eq!(calls.get(number), known.get(&number));
            assert_eq!(calls.get_mut(number), known.get_mut(&number));
            if calls.contains(number) {
                assert_eq!(calls.remove(number), known.remove(&number));
            } else {
                calls.insert(number, state);
                known.insert(number, state);
                last = number;
            }
            check(&calls, &known);
        }
        let mut values: Vec<u64> = calls.into_values().collect();
        let mut expected: Vec<u64> = known.into_values().collect();
        values.sort_unstable();
        expected.sort_unstable();
        assert_eq!(values, expected);
    }

    #[test]
    fn the_table_is_a_map_of_any_numbers() {
        for seed in 1..10 {
            run(seed, |last, _| last + 1);
            run(seed, |last, random| last + random % 3);
            run(seed, |last, random| last.saturating_add(random % 200));
            run(seed, |_, random| random % 300);
            run(seed, |_, random| u64::MAX - random % 300);
            run(seed, |_, random| random);
        }
    }

    #[test]
    fn an_old_call_takes_no_room_for_later_ones() {
        let mut calls = Calls::new();
        calls.insert(1, ());
        for number in 2..10_000 {
            calls.insert(number, ());
            assert!(calls.remove(number).is_some());
            assert!(calls.recent.len() <= SPARE + 4);
        }
        assert!(calls.contains(1) && calls.len() == 1);
    }
}
