use actor_core::prelude::*;
use actor_core::topic::{Lagged, Topic};
#[actor]
struct Sum(u32);
#[actor]
impl Sum {
    fn read(&mut self, numbers: Topic<u32>, context: &Context<Self>) {
        context.attach(numbers.stream(), async |me, number| me.add(number).await).detach();
    }
    fn add(&mut self, number: Result<u32, Lagged>) { self.0 += number.unwrap_or(0); }
}
fn main() {}
