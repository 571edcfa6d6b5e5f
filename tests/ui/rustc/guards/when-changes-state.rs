use actor_core::prelude::*;
#[actor]
struct Counter(Vec<u8>);

#[actor]
impl Counter {
    #[message(when = self.0.pop().is_some())]
    fn take(&mut self) {}
}

fn main() {}
