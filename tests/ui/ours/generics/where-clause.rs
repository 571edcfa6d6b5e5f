use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn add(&mut self)
    where
        Self: Sized,
    {
    }
}
fn main() {}
