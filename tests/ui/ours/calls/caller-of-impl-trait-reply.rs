use actor_core::prelude::*;
#[actor]
struct Counter;
#[actor]
impl Counter {
    fn get(&self) -> impl std::fmt::Display { 1 }
}
async fn caller(counter: CounterAddr) -> Result<(), CallError> {
    Ok(println!("{}", counter.get().await?))
}
fn main() {}
