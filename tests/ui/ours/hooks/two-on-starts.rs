use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[on_start]
    fn one(&mut self) {}
    #[on_start]
    fn two(&mut self) {}
}
fn main() {}
