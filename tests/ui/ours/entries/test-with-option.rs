#[actor_core::test(seed = 1)]
async fn works() {}

fn main() {}
