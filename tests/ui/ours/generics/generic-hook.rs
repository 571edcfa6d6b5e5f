use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[on_start]
    fn begin<T>(&mut self) {}
}

fn main() {}
