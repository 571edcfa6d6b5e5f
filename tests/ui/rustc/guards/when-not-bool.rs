use actor_core::prelude::*;
#[actor]
struct Counter(u8);

#[actor]
impl Counter {
    #[message(when = self.0)]
    fn add(&mut self) {}
}

fn main() {}
