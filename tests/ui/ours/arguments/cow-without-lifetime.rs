#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn rename(&mut self, name: std::borrow::Cow<str>) {}
}

fn main() {}
