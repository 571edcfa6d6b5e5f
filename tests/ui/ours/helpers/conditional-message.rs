use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    #[cfg_attr(unix, message(skip))]
    fn add(&mut self) {}
}

fn main() {}
