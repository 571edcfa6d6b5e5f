//! The end of a thread that still has local actors.

use crate::prelude::*;

/// A state whose drop panics.
#[actor(crate = crate)]
struct Brittle;

#[actor(local, crate = crate)]
impl Brittle {
    fn touch(&self) {}
}

impl Drop for Brittle {
    fn drop(&mut self) {
        panic!("planned");
    }
}

#[test]
fn a_thread_that_ends_with_a_local_actor_contains_the_panic_of_its_state() {
    let thread = std::thread::spawn(|| {
        let system = System::current_thread();
        let brittle = system.block_on(async {
            let brittle = Brittle.spawn();
            brittle.touch().await.unwrap();
            brittle
        });
        // Neither the system nor the actor ends before the thread.
        std::mem::forget((system, brittle));
    });
    assert!(thread.join().is_ok());
}
