//! The smallest useful actor: state, two messages, an address.

use actor_core::prelude::*;

#[actor]
struct Counter(i64);

#[actor]
impl Counter {
    fn add(&mut self, amount: i64) {
        self.0 += amount;
    }

    fn total(&self) -> i64 {
        self.0
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let counter = Counter(0).spawn();
    counter.add(5).send().await?;
    counter.add(2).send().await?;
    println!("{}", counter.total().await?);
    Ok(())
}
