use actor_core::prelude::*;
use std::fmt;
#[actor]
struct Counter;
#[actor]
impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("counter")
    }
}
fn main() {}
