use actor_core::prelude::*;

struct Counter;

fn main() {
    let _ = Actor::spawn(Counter);
}
