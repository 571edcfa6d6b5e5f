use actor_core::prelude::*;
struct Counter;
#[actor]
impl Counter {
    fn add(&mut self) {}
}
fn main() {
    let counter = Counter.prepare().name("counter").spawn();
    counter.stop();
}
