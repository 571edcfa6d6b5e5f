use actor_core::prelude::*;
#[actor]
struct Worker;
#[actor]
impl Worker {}
fn start(parent: &Context<Worker>) {
    parent.spawn_child(Worker.prepare().name("worker"));
}
fn main() {}
