use actor_core::prelude::*;
use std::error::Error;

#[actor(remote)]
trait House {
    fn open(&self) -> Result<u8, Box<dyn Error>>;
}

fn main() {}
