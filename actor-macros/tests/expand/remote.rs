/// Greets people.
#[actor(remote)]
pub trait Greeter {
    /// Greets `name`.
    fn greet(&mut self, name: String, times: u32) -> String;

    async fn forget(&mut self, reply: Reply<u64>, context: &Context<Self>);
}

#[actor(remote = "shop.nothing")]
trait Nothing {}

#[actor(remote = shop)]
trait Unquoted {}

#[actor(remote = "")]
trait Nameless {}

#[actor(remote)]
trait Generic<T: Send + 'static> {
    fn put(&mut self, value: T);
}

#[actor(remote)]
trait Conditional {
    fn put(&mut self, #[cfg(unix)] value: u32);
}

#[actor(remote(name = "shop.cache", crate = crate::wire))]
impl<K: Hash, const N: usize> Cache<K, N> {
    #[cfg(unix)]
    #[message(version = 2, when = self.free > 0)]
    fn put(&mut self, key: K, pages: [u8; 4]) -> Option<K> {}

    #[message(concurrent)]
    async fn me(&self, context: &Context<Self>) -> CacheAddr<K, N> {}

    fn fail(&self, reply: Reply<Box<dyn Error>>) {}

    fn keys(&self, from: u32, keys: Replies<K>) {}

    fn pages(&self) -> impl Stream<Item = u8> + Send + 'static {}
}

#[actor(remote)]
impl Cache<u8, 4> {}

#[actor(remote)]
impl Refused {
    #[message(last)]
    fn last(self) {}

    fn data(&self, #[data] reply: Reply<u8>) {}

    #[message(version = 0)]
    fn zero(&self) {}
}

#[actor(remot)]
trait Misspelt {}
