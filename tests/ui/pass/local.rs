//! A `local` actor: state and handlers need not be `Send`.
#![deny(warnings)]

use actor_core::prelude::*;
use std::rc::Rc;

#[actor(local, unbounded)]
pub struct Counter {
    total: Rc<u64>,
}

#[actor(local)]
impl Counter {
    pub async fn get(&self) -> u64 {
        let total = Rc::clone(&self.total);
        async {}.await;
        *total
    }
}

#[actor(local)]
struct Plain(Rc<u64>);

#[actor(local)]
impl Plain {
    fn get(&self) -> u64 {
        *self.0
    }
}

fn main() {
    // Spawning one needs a system on this thread; here it only has to compile.
    let _ = || {
        let _ = Counter { total: Rc::new(1) }.spawn().get();
        let _ = Plain(Rc::new(1)).spawn().get();
    };
}
