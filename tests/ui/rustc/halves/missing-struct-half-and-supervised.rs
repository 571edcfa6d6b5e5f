use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
struct Counter;
#[actor]
impl Counter {
    fn add(&mut self) {}
}
fn main() {
    let counter = Supervisor::one_for_one().spawn().start(Child::new("counter", || Counter));
    counter.stop();
}
