//! `supervision`: a supervision tree, observed while it fails. Two workers have a supervisor each,
//! both under a root: one fails once and is restarted, the other fails too often, and its
//! supervisor fails too.

use std::time::Duration;

use actor_core::prelude::*;

#[actor]
struct Worker {
    name: &'static str,
}

#[actor]
impl Worker {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        println!("{} begins life {}", self.name, context.restarts() + 1);
        // Looked up by name: a restarted supervisor gives its children new addresses.
        context.address().register(self.name).ok();
    }

    fn divide(&self, number: u32, by: u32) -> u32 {
        number / by
    }
}

fn group(name: &'static str) -> Supervisor {
    let hour = Duration::from_secs(3600);
    Supervisor::one_for_one().intensity(2, hour).child(Child::new(name, move || Worker { name }))
}

/// Returns the child with this name, as soon as it exists.
async fn find(name: &str) -> WorkerAddr {
    loop {
        match WorkerAddr::lookup(name) {
            Some(worker) if worker.is_alive() => return worker,
            _ => actor_core::future::yield_now().await,
        }
    }
}

async fn poison(name: &str) {
    if let Err(CallError::Panicked(failure)) = find(name).await.divide(1, 0).await {
        println!("  {name} failed: {}", failure.message());
    }
}

async fn run() -> Result<(), CallError> {
    let root = Supervisor::one_for_one()
        .child(Child::new("steady group", || group("steady")))
        .child(Child::new("shaky group", || group("shaky")))
        .spawn();

    poison("steady").await;
    println!("10 / 5 = {}", find("steady").await.divide(10, 5).await?);

    let first = find("shaky").await;
    for _ in 0..3 {
        poison("shaky").await; // two failures are allowed, the third exceeds the limit
    }
    if let Exit::Failed(failure) = first.join().await {
        println!("the first shaky worker failed: {}", failure.message());
    }
    println!("its successor: 9 / 3 = {}", find("shaky").await.divide(9, 3).await?);
    for child in root.children().await? {
        println!("{}: {} restarts", child.name, child.restarts);
    }
    root.stop();
    println!("the root: {}", root.join().await);
    Ok(())
}

fn main() -> Result<(), CallError> {
    std::panic::set_hook(Box::new(|_| {})); // the failures are printed above, one line each
    System::current_thread().run(run())
}
