fn start<A: actor_core::Dispatch>(actor: A) {
    drop(actor_core::Actor::spawn(actor));
}

fn main() {
    start(5);
}
