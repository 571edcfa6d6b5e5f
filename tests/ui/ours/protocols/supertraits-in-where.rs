use actor_core::prelude::*;

#[actor]
trait Greeter
where
    Self: Clone,
{
    fn greet(&mut self, name: String) -> String;
}

fn ask(greeter: GreeterAddr) {
    let _ = greeter.greet("you".into());
}

fn main() {}
