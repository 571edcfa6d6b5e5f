use actor_core::prelude::*;
mod shop {
    #[actor_core::actor]
    pub struct Counter;
    #[actor_core::actor]
    impl Counter {
        fn hidden(&mut self) {}
    }
}
fn main() {
    drop(shop::Counter.spawn().hidden());
}
