use actor_core::prelude::*;
use std::task;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn poll_next(&mut self, context: &mut task::Context<'_>) {}
}
fn main() {}
