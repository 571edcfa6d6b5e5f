use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn ceiling() -> u8 { 9 }
}

fn main() {
    let _ = Counter.spawn().ceiling();
}
