#[actor_core::main]
struct Counter;

fn main() {}
