use actor_core::prelude::*;
#[actor]
struct Stack<T>(Vec<T>);
#[actor]
impl<T: Send + 'static> Stack<T> { fn push(&mut self, item: T) { self.0.push(item); } }
#[actor]
impl<T: Send + 'static> Stack<T> { fn pop(&mut self) -> Option<T> { self.0.pop() } }
fn main() {}
