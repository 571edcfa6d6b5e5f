use actor_core::prelude::*;
#[actor]
struct Counter(u8);

#[actor]
impl Counter {
    #[message(when = self.0 >= amount)]
    fn take(&mut self, amount: u8) { self.0 -= amount; }
}

fn main() {}
