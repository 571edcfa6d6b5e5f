use actor_core::prelude::*;
#[actor]
struct Worker;
#[actor]
impl Worker {
    fn run(&mut self, job: Box<dyn FnOnce() -> u8>) -> u8 { job() }
}
fn main() {}
