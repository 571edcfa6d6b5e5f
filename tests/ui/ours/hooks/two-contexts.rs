#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    #[on_start]
    fn begin(&mut self, one: &Context<Self>, two: &Context<Self>) {}
}

fn main() {}
