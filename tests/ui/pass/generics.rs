//! Types, constants, bounds, defaults and `where` clauses on the actor.
#![deny(warnings)]

use actor_core::prelude::*;
use std::collections::HashMap;
use std::hash::Hash;

#[actor(capacity = 8)]
pub struct Cache<K: Hash, V = u8, const N: usize = 3>
where
    V: Clone,
{
    map: HashMap<K, V>,
}

#[actor]
impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize> Cache<K, V, N>
where
    Self: Sized,
{
    pub fn get(&self, key: K) -> Option<V> {
        self.map.get(&key).cloned()
    }

    pub async fn put(&mut self, key: K, value: V) -> [u8; N] {
        self.map.insert(key, value);
        [0; N]
    }
}

/// An address is stored without the bounds of its actor's messages.
pub struct Holder<K: Hash> {
    pub cache: CacheAddr<K, String, 2>,
}

#[actor]
struct Nothing<T>(std::marker::PhantomData<fn() -> T>);

#[actor]
impl<T: 'static> Nothing<T> {}

#[actor]
enum Door {
    Open,
    Shut,
}

#[actor]
impl Door {
    fn push(&mut self) -> bool {
        *self = if matches!(self, Door::Open) { Door::Shut } else { Door::Open };
        matches!(self, Door::Open)
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let holder = Holder { cache: Cache::<_, _, 2> { map: HashMap::new() }.spawn() };
    let _: CacheAddr<&'static str, String, 3>;
    let _ = Nothing::<u8>(std::marker::PhantomData).spawn();
    assert_eq!(holder.cache.put("a", "b".to_owned()).await?, [0; 2]);
    assert_eq!(holder.cache.get("a").await?.as_deref(), Some("b"));
    assert!(Door::Shut.spawn().push().await?);
    Ok(())
}
