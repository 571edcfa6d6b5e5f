#![deny(warnings)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[deprecated(note = "use `add`")]
    fn increase(&mut self) {}
}
fn main() {
    drop(Counter.spawn().increase());
}
