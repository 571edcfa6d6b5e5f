use actor_core::prelude::*;
struct Counter;
fn main() {
    let counter = System::new().spawn(Counter);
    counter.stop();
}
