use actor_core::prelude::*;
#[actor]
struct Stack<T>(Vec<T>);
#[actor]
impl<T: Send> Stack<T> {
    fn push(&mut self, item: T) { self.0.push(item); }
}
fn main() {}
