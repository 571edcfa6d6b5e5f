use actor_core::prelude::*;
struct Counter;
#[actor]
impl Counter {
    fn add(&mut self) {}
}
fn main() {
    let counter = Counter.spawn_on(&System::new());
    let _ = counter.add();
}
