#[actor_core::test(explore = 20, seeds = 9)]
async fn works() {}

fn main() {}
