#[actor_core::test(explore = 20, exact_time)]
async fn works() {}

fn main() {}
