use actor_core::prelude::*;
use std::{collections::HashMap, hash::Hash};
#[actor]
struct Cache<K, V>(HashMap<K, V>);
#[actor]
impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    fn get(&self, key: K) -> Option<V> { self.0.get(&key).cloned() }
    async fn put(&mut self, key: K, value: V) { self.0.insert(key, value); }
}
fn main() { let _ = Cache(HashMap::from([(1, 2)])).spawn().get(1); }
