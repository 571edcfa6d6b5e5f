#![allow(unused)]
use actor_core::prelude::*;
pub struct Entry;
pub struct Local(*const u8);
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn note(&mut self, entry: Entry) {}
    fn share(&mut self, with: Local) {}
}
fn main() {}
