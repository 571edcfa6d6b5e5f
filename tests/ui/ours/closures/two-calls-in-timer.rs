use actor_core::prelude::*;
#[actor]
struct Clock;
#[actor]
impl Clock {
    fn start(&mut self, context: &Context<Self>) {
        let timer = context.every(std::time::Duration::from_secs(1), |me| async move {
            if me.is_due().await == Ok(true) { me.tick().await.ok(); }
        });
        timer.detach();
    }
    fn is_due(&self) -> bool { true }
    fn tick(&mut self) {}
}
fn main() {}
