use actor_core::prelude::*;
#[actor]
trait Door { fn pass(&self, #[data] reply: Reply<u8>); }
#[actor]
struct Gate;
#[actor]
impl Gate {}
#[actor]
impl Door for Gate {
    fn pass(&self, #[data] _reply: Reply<u8>) {}
}
fn main() {}
