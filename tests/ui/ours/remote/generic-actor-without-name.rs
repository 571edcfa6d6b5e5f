use actor_core::prelude::*;

#[actor]
struct Store<T>(Vec<T>);

#[actor(remote)]
impl<T: Send + 'static> Store<T> {
    fn put(&mut self, _value: T) {}
}

fn main() {}
