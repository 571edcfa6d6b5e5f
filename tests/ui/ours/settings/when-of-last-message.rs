use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[message(last, when = true)]
    fn close(self) {}
}

fn main() {}
