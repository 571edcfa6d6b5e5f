use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[on_started]
    fn begin(&mut self) {}
}
fn main() {}
