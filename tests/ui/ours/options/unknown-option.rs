use actor_core::prelude::*;

#[actor(mailbox = 8)]
struct Counter;

fn main() {}
