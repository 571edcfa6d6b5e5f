use actor_core::prelude::*;
#[actor]
struct Clock;
#[actor]
impl Clock {
    fn tick(&mut self) {}
}
fn start(context: &Context<Clock>) {
    context.every(std::time::Duration::from_secs(1), |me| async move { me.tick().await });
}
fn main() {}
