use actor_core::prelude::*;

#[actor]
struct Counter;

fn main() {
    let counter = Counter.spawn();
    counter.stop();
}
