use actor_core::prelude::*;
mod shop {
    #[actor_core::actor]
    pub struct Counter;
}
fn main() {
    let _ = shop::Counter.spawn();
}
