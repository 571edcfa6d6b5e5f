use actor_core::prelude::*;
use std::error::Error;
#[actor]
struct Parser;
#[actor]
impl Parser {
    fn parse(&self, text: String) -> Result<u64, Box<dyn Error>> { Ok(text.parse()?) }
    async fn read(&mut self) {}
}
fn main() { let _ = Parser.spawn().parse("1".into()); }
