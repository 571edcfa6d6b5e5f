use actor_core::prelude::*;
#[actor]
struct Counter(std::cell::Cell<u64>);
#[actor]
impl Counter {
    async fn wait(&self) {
        async {}.await;
        self.0.set(1);
    }
}
fn main() {}
