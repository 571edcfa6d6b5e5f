#[actor_core::test(real)]
async fn works(sim: actor_core::simulation::Sim) {}

fn main() {}
