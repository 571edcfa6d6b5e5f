/// Stores values.
#[actor]
pub trait Store<K: Send + 'static, const N: usize = 1> {
    /// A name.
    const NAME: &'static str;

    /// Puts `value` there.
    fn put(&mut self, key: K, value: [u8; N]) -> Option<[u8; N]>;

    /// Looks it up, and may take its time.
    #[cfg(feature = "slow")]
    async fn get(&self, key: K, context: &Context<Self>) -> Option<[u8; N]>;

    /// Answers when there is something.
    async fn wait(&mut self, reply: Reply<K>) {
        drop(reply);
    }

    #[message(last)]
    fn finish(self) -> usize;

    #[message(skip)]
    fn helper(&self) {}
}

#[actor]
impl<K: Hash + Send + 'static> shop::Store<K, 2> for Map<K>
where
    K: Eq,
{
    const NAME: &'static str = "map";

    #[message(when = self.map.len() < limit.len(), priority)]
    fn put(&mut self, key: K, limit: [u8; 2]) -> Option<[u8; 2]> {
        self.map.insert(key, limit)
    }

    #[message(unbounded)]
    #[cfg(feature = "slow")]
    async fn get(&self, key: K, _context: &Context<Self>) -> Option<[u8; 2]> {
        self.map.get(&key).copied()
    }
}

#[actor]
impl Greeter for Robot {}
