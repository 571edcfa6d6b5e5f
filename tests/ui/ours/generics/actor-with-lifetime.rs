use actor_core::prelude::*;

#[actor]
struct Parser<'a>(&'a str);

#[actor]
impl<'a> Parser<'a> {
    fn parse(&mut self) {}
}

fn main() {}
