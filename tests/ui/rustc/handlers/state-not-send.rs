use actor_core::prelude::*;

#[actor]
struct Counter(std::rc::Rc<u8>);

#[actor]
impl Counter {
    fn add(&mut self) {}
}

fn main() {}
