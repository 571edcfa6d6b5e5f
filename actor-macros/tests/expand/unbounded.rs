#[actor]
impl<K: Hash, V> Cache<K, V>
where
    V: Clone,
{
    fn get(&self, key: K) -> Option<V> {
        self.map.get(&key).cloned()
    }
}

#[actor]
impl Parser {
    fn parse(&self, done: Box<dyn FnOnce()>) -> Result<u64, Box<dyn Error>> {
        done()
    }
}

#[actor]
impl Robot {
    #[on_started]
    fn begin(&mut self) {}
}
