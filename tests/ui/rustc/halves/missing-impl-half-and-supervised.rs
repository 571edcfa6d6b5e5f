use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
#[actor]
struct Counter;
fn main() {
    let counter = Supervisor::one_for_one().spawn().start(Child::new("counter", || Counter));
    counter.stop();
}
