use actor_core::prelude::*;
#[actor]
struct Counter(u64);
#[actor]
impl Counter {
    fn add(&mut self) { self.0 += 1; }
}
#[actor]
impl Counter {
    async fn total(&mut self) -> u64 { self.0 }
}
fn main() {
    let counter = Counter(0).spawn();
    let _ = (counter.add().try_send(), counter.total().wait());
}
