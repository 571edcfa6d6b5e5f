use actor_core::prelude::*;
#[actor]
trait Store<T: Send + 'static> { fn put(&mut self, item: T); }
#[actor]
struct Stack<T>(Vec<T>);
#[actor]
impl<T: Send + 'static> Stack<T> {}
#[actor]
impl<T> Store<T> for Stack<T> { fn put(&mut self, item: T) { self.0.push(item); } }
fn main() {}
