use actor_core::prelude::*;
#[actor]
struct Clock;
#[actor]
impl Clock {
    #[on_start]
    fn start(&mut self, context: &Context<Self>) {
        context.every(std::time::Duration::from_secs(1), |me| me.tick().send());
    }
    fn tick(&mut self) {}
}
fn main() {}
