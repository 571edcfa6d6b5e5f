use actor_core::prelude::*;
#[actor]
struct Worker;
#[actor]
impl Worker {
    fn work(&mut self) {}
}
fn start(system: &System, worker: WorkerAddr) {
    system.spawn_task(worker.work()).detach();
}
fn main() {}
