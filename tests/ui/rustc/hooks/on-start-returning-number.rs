use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[on_start]
    fn begin(&mut self) -> u64 {
        1
    }
}
fn main() {}
