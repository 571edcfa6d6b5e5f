#![allow(unused)]
use actor_core::prelude::*;
pub struct Entry;
pub struct Local(*const u8);
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn share(&mut self, with: Local, entry: Entry) {}
}
fn main() {}
