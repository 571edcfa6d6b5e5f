use actor_core::prelude::*;

struct Counter;

fn start(parent: &Context<impl actor_core::Dispatch>) {
    let _ = parent.spawn_child(Counter);
}

fn main() {}
