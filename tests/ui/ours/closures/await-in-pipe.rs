use actor_core::prelude::*;
#[actor]
struct Clerk;
#[actor]
impl Clerk {
    fn ask(&mut self, other: ClerkAddr, context: &Context<Self>) {
        other.name().pipe(context, |me, name| me.learn(name).await);
    }
    fn name(&self) -> String { String::new() }
    fn learn(&mut self, _name: Result<String, CallError>) {}
}
fn main() {}
