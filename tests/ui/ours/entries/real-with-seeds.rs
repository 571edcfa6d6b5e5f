#[actor_core::test(real, seeds = 9)]
async fn works() {}

fn main() {}
