use actor_core::prelude::*;

#[actor]
struct Counter;
#[actor]
impl Counter {
    fn share(&self) -> Option<std::rc::Rc<u8>> {
        None
    }
}
fn main() {}
