use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(when = self.)]
    fn add(&mut self) {}
}

fn main() {}
