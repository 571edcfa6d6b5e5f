use actor_core::prelude::*;
#[actor]
struct Stack<T>(Vec<T>);
#[actor]
impl<T> Stack<T>
where
    T: Clone + 'static,
{
    async fn push(&mut self, item: T) { self.0.push(item); }
}
fn main() {}
