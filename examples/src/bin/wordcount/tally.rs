//! The number of occurrences of each word. Knows nothing about files and actors.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hashbrown::HashMap;

/// Words and their counts.
#[derive(Default)]
pub struct Tally {
    /// ASCII letters in lower case.
    counts: HashMap<Box<[u8]>, u64>,
}

impl Tally {
    /// Counts the words of `text`, which is in lower case and does not split a word.
    pub fn add(&mut self, text: &[u8]) {
        let words = text.split(|byte| !byte.is_ascii_lowercase());
        for word in words.filter(|word| !word.is_empty()) {
            match self.counts.get_mut(word) {
                Some(count) => *count += 1,
                None => _ = self.counts.insert(word.into(), 1),
            }
        }
    }

    /// Adds the counts of `other`.
    pub fn absorb(&mut self, mut other: Tally) {
        if other.counts.len() > self.counts.len() {
            // The smaller map is moved, word by word.
            std::mem::swap(self, &mut other);
        }
        for (word, count) in other.counts {
            *self.counts.entry(word).or_default() += count;
        }
    }

    /// Returns the number of words.
    pub fn words(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Returns the number of different words.
    pub fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Returns the `limit` most frequent words; words with equal counts are in alphabetical order.
    pub fn top(&self, limit: usize) -> Vec<(&[u8], u64)> {
        // The smallest of the best is on top of the heap, so at most `limit` are kept.
        let mut best = BinaryHeap::new();
        for (word, count) in &self.counts {
            best.push(Reverse((*count, Reverse(&**word))));
            if best.len() > limit {
                best.pop();
            }
        }
        let best = best.into_sorted_vec().into_iter();
        best.map(|Reverse((count, Reverse(word)))| (word, count)).collect()
    }
}
