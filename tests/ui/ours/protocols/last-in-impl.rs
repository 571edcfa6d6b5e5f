#[actor_core::actor]
trait Door { #[message(last)] fn close(self); }
#[actor_core::actor]
struct Gate;
#[actor_core::actor]
impl Gate {}
#[actor_core::actor]
impl Door for Gate {
    #[message(last)]
    fn close(self) {}
}
fn main() {}
