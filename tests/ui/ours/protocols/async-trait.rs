#[actor_core::actor]
#[async_trait]
trait Greeter {
    async fn greet(&mut self);
}
fn main() {}
