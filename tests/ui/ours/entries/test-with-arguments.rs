#[actor_core::test]
async fn works(sim: actor_core::simulation::Sim, number: u32) {}

fn main() {}
