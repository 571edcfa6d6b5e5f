use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(when = true)]
    fn close(self) {}
}

fn main() {}
