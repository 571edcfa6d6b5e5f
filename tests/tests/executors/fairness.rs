//! Fairness on external executors: actors that always have messages leave turns to the user's own tasks.

use actor_core::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tests::guarded;

/// Always has a message to itself.
#[actor]
struct Busy {
    handled: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

#[actor]
impl Busy {
    fn spin(&mut self, context: &Context<Self>) {
        self.handled.fetch_add(1, Ordering::Relaxed);
        if !self.over.load(Ordering::Relaxed) {
            let _ = context.address().spin().try_send();
        }
    }
}

/// More than any of the executors here has threads.
const MANY: usize = 4;

#[derive(Clone, Default)]
struct Load {
    handled: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

impl Load {
    fn begin(&self, system: &System) -> Vec<BusyAddr> {
        let busy = |_| {
            let busy = Busy { handled: self.handled.clone(), over: self.over.clone() };
            let busy = system.spawn(busy);
            busy.spin().try_send().unwrap();
            busy
        };
        (0..MANY).map(busy).collect()
    }

    /// Yields a thousand times, and checks that the load continued in the meantime.
    async fn takes_turns(&self) {
        let before = self.handled.load(Ordering::Relaxed);
        for _ in 0..1000 {
            futures_lite::future::yield_now().await;
        }
        while self.handled.load(Ordering::Relaxed) < before + 1000 {
            futures_lite::future::yield_now().await;
        }
    }
}

#[test]
fn actors_on_tokio_starve_no_task_of_the_runtime() {
    guarded("g1 on tokio", || {
        let mut multi = tokio::runtime::Builder::new_multi_thread();
        let multi = multi.worker_threads(2).enable_all().build().unwrap();
        let current = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for runtime in [multi, current] {
            runtime.block_on(async {
                let load = Load::default();
                let busy = load.begin(&System::current());
                let others = load.clone();
                let task = tokio::spawn(async move {
                    others.takes_turns().await;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                });
                task.await.unwrap();
                load.takes_turns().await;
                load.over.store(true, Ordering::Relaxed);
                drop(busy);
            });
        }
    });
}

#[test]
fn actors_on_smol_starve_no_task_of_the_executor() {
    guarded("g1 on smol", || {
        let executor = Arc::new(smol::Executor::new());
        let load = Load::default();
        let system = System::smol(executor.clone());
        smol::block_on(executor.run(async {
            let busy = load.begin(&system);
            let others = load.clone();
            let task = executor.spawn(async move {
                others.takes_turns().await;
                smol::Timer::after(Duration::from_millis(1)).await;
            });
            task.await;
            load.over.store(true, Ordering::Relaxed);
            drop(busy);
        }));
    });
}
