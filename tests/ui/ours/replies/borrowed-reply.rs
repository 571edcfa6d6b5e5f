use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn get(&self) -> &str {
        ""
    }
}

fn main() {}
