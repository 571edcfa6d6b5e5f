use actor_core::prelude::*;

#[actor]
trait Greeter {
    fn greet<N: ToString>(&self, name: N) -> u8;
}

fn ask(greeter: GreeterAddr) {
    let _ = greeter.greet("you");
}

fn main() {}
