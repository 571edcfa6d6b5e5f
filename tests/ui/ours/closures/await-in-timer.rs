use actor_core::prelude::*;
#[actor]
struct Clock;
#[actor]
impl Clock {
    #[on_start]
    fn start(&mut self, context: &Context<Self>) {
        context.after(std::time::Duration::from_secs(1), |me| me.tick().await);
    }
    fn tick(&mut self) {}
}
fn main() {}
