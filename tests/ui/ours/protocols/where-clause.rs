use actor_core::prelude::*;

#[actor]
trait Greeter {
    fn greet(&mut self, context: &Context<Self>, name: String) -> String
    where
        Self: Actor;
}

fn ask(greeter: GreeterAddr) {
    let _ = greeter.greet("you".into());
}

fn main() {}
