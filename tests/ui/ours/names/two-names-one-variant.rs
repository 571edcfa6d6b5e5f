use actor_core::prelude::*;
#[actor]
struct Counter;

#[actor]
impl Counter {
    fn foo_bar(&self) {}
    fn foo__bar(&self) {}
}

fn main() {}
