#[actor_core::main(treads = 1)]
async fn main() {}
