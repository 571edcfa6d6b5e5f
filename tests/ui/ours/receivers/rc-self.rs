use actor_core::prelude::*;

#[actor]
struct Counter;

#[actor]
impl Counter {
    fn add(self: std::rc::Rc<Self>) {}
}

fn main() {}
