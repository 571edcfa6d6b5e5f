use actor_core::prelude::*;

struct Counter;

fn main() {
    let _ = Counter.spawn_on(&System::new());
}
