use actor_core::prelude::*;
#[actor]
trait Store<T> {
    fn put(&mut self, item: T);
    async fn get(&mut self) -> Option<T>;
}
fn main() {}
