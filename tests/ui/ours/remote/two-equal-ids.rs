use actor_core::prelude::*;

#[actor(remote)]
trait Store {
    fn mdbwfg4i3cmzdn(&mut self);
    fn mtlzrxj2oh5cjg(&mut self);
}

fn main() {}
