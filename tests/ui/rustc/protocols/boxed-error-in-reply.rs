use actor_core::prelude::*;
#[actor]
trait Parser {
    fn parse(&self, text: String) -> Result<u64, Box<dyn std::error::Error>>;
}
fn main() {}
