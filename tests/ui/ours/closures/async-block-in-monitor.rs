use actor_core::prelude::*;
#[actor]
struct Guard;
#[actor]
impl Guard {
    fn watch(&mut self, other: GuardAddr, context: &Context<Self>) {
        context.monitor(&other, |me, exit| async move { me.ended(exit).await });
    }
    fn ended(&mut self, _exit: Exit) {}
}
fn main() {}
