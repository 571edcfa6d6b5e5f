#[actor_core::test(real)]
async fn works(sim: actor_core::Sim) {}

fn main() {}
