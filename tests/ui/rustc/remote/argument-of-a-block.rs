use actor_core::prelude::*;

struct Door;

#[actor]
struct House;

#[actor(remote)]
impl House {
    fn open(&mut self, _door: Door, _wide: bool) {}
}

fn main() {}
