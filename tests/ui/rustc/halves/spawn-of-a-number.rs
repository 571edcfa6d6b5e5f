fn start<A: actor_core::Dispatch>(actor: A) {
    drop(actor_core::Spawn::spawn(actor));
}

fn main() {
    start(5);
}
