use actor_core::prelude::*;
#[actor]
struct Counter(std::rc::Rc<u8>);
#[actor]
impl Counter {
    #[on_start]
    async fn begin(&mut self) {}
    async fn add(&mut self) {}
    async fn count(&self) -> u8 { *self.0 }
}
fn main() {}
