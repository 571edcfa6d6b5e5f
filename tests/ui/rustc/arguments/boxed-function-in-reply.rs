use actor_core::prelude::*;
#[actor]
struct Planner;
#[actor]
impl Planner {
    async fn plan(&mut self) -> Option<Box<dyn Fn()>> { None }
}
fn main() {}
