use actor_core::actor;
#[actor]
trait Greeter {
    #[mesage(skip)]
    fn greet(&self) {}
    fn name(&self) -> String;
}
fn main() {}
