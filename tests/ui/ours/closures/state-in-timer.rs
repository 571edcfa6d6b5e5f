use actor_core::prelude::*;
#[actor]
struct Clock { ticks: u64 }
#[actor]
impl Clock {
    #[on_start]
    fn start(&mut self, context: &Context<Self>) {
        context.every(std::time::Duration::from_secs(1), |me| me.ticks += 1);
    }
}
fn main() {}
