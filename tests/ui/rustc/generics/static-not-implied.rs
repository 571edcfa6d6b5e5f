use actor_core::prelude::*;
trait Key: Ord + Send {}
#[actor]
struct Set<K>(Vec<K>);
#[actor]
impl<K: Key> Set<K> {
    fn add(&mut self, key: K) { self.0.push(key); }
}
fn main() {}
