#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    async fn wait(&self) {
        let _kept = std::rc::Rc::new(1);
        async {}.await;
    }
}
fn main() {}
