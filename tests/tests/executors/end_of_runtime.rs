//! The end of a system, and the end of its external executor.

use actor_core::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use std::{future, thread};
use tests::{Gate, Host, Mark, Tally, guarded};

const LIMIT: Duration = Duration::from_secs(60);
const FOREIGN: [Host; 3] = [Host::Tokio(2), Host::TokioCurrent, Host::Smol(2)];

/// Can be blocked forever.
#[actor]
struct Worker {
    _mark: Mark,
    busy: Gate,
}

#[actor]
impl Worker {
    fn ping(&self) {}

    async fn hang(&self) {
        self.busy.open();
        future::pending().await
    }

    async fn sleep(&self) {
        self.busy.open();
        actor_core::time::sleep(LIMIT * 60).await;
    }
}

#[test]
fn the_end_of_the_executor_kills_the_actors_and_notifies_their_callers() {
    guarded("executor first", || {
        for host in FOREIGN {
            let mut started = host.start();
            let system = started.system.clone();
            let (ends, busy) = (Tally::default(), [Gate::new(), Gate::new()]);
            let worker =
                |busy: &Gate| system.spawn(Worker { _mark: ends.mark(), busy: busy.clone() });
            let [hanging, sleeping] = busy.each_ref().map(worker);
            let idle = worker(&Gate::new());
            idle.ping().wait().unwrap();
            let call = |worker: &WorkerAddr, sleep: bool| {
                let worker = worker.clone();
                let call =
                    if sleep { worker.sleep().into_owned() } else { worker.hang().into_owned() };
                thread::spawn(move || call.wait())
            };
            let running = [call(&hanging, false), call(&sleeping, true)];
            busy.iter().for_each(Gate::pass_blocking);
            let ping = hanging.ping().timeout(LIMIT * 60);
            let mut ping = Box::pin(ping);
            let polled = futures_lite::future::block_on(futures_lite::future::poll_once(&mut ping));
            assert_eq!(polled, None);

            started.end_runtime();
            for call in running {
                assert_eq!(call.join().unwrap(), Err(CallError::Killed), "{host:?}");
            }
            assert_eq!(futures_lite::future::block_on(ping), Err(CallError::Stopped), "{host:?}");
            for worker in [&hanging, &sleeping, &idle] {
                assert_eq!(futures_lite::future::block_on(worker.join()), Exit::Killed, "{host:?}");
                assert_eq!(worker.ping().wait(), Err(CallError::Stopped));
                let timed = worker.ping().timeout(LIMIT);
                assert_eq!(futures_lite::future::block_on(timed), Err(CallError::Stopped));
            }
            assert_eq!(ends.count(), 3, "the states are dropped, on {host:?}");

            let late = worker(&Gate::new());
            assert!(!late.is_alive());
            assert!(system.block_on(system.shutdown(LIMIT)).is_clean());
            system.block_on(async { actor_core::time::sleep(Duration::from_millis(1)).await });
        }
    });
}

/// Blocks its thread until it may go on.
#[actor]
struct Blocked {
    busy: Gate,
    go: Gate,
}

#[actor]
impl Blocked {
    fn block(&self) {
        self.busy.open();
        self.go.pass_blocking();
    }
}

#[actor]
struct Parent;

#[actor]
impl Parent {
    fn adopt(&self, child: Blocked, context: &Context<Self>) -> BlockedAddr {
        context.spawn_child(child)
    }
}

#[test]
fn an_actor_that_is_blocked_at_the_end_of_the_executor_ends_before_its_parent_does() {
    guarded("blocked at the end", || {
        let mut started = Host::Tokio(2).start();
        let system = started.system.clone();
        let (parent, others) = (system.spawn(Parent), [(); 3].map(|()| system.spawn(Parent)));
        let (busy, go) = (Gate::new(), Gate::new());
        let child = Blocked { busy: busy.clone(), go: go.clone() };
        let child = parent.adopt(child).wait().unwrap();
        child.block().try_send().unwrap();
        busy.pass_blocking();
        // The runtime waits for the blocked thread, but has ended its tasks before.
        let ending = thread::spawn(move || started.end_runtime());
        for other in &others {
            assert_eq!(futures_lite::future::block_on(other.join()), Exit::Killed);
        }
        go.open();
        assert_eq!(futures_lite::future::block_on(child.join()), Exit::Killed);
        assert_eq!(futures_lite::future::block_on(parent.join()), Exit::Killed);
        ending.join().unwrap();
        assert!(system.block_on(system.shutdown(LIMIT)).is_clean());
    });
}

/// Takes its time to be dropped.
struct SlowDrop(Tally);

impl Drop for SlowDrop {
    fn drop(&mut self) {
        thread::sleep(Duration::from_millis(100));
        self.0.add();
    }
}

#[test]
fn a_thread_that_drops_many_tasks_at_the_shutdown_is_not_stuck() {
    guarded("many slow drops", || {
        let system = System::builder().threads(1).build();
        let (running, dropped) = (Tally::default(), Tally::default());
        for _ in 0..40 {
            let (running, slow) = (running.clone(), SlowDrop(dropped.clone()));
            let task = system.spawn_task(async move {
                running.add();
                future::pending::<()>().await;
                drop(slow);
            });
            task.detach();
        }
        // Far more than the grace in all, of which no task takes more than a tenth.
        futures_lite::future::block_on(running.reaches(40));
        let report = system.block_on(system.shutdown(LIMIT));
        assert!(report.is_clean(), "{report}");
        assert_eq!(dropped.count(), 40);
    });
}

#[test]
fn tasks_end_with_the_executor_too() {
    guarded("tasks", || {
        for host in FOREIGN {
            let mut started = host.start();
            let ends = Tally::default();
            let (mark, running) = (ends.mark(), Gate::new());
            let runs = running.clone();
            let task = started.system.spawn_task(async move {
                runs.open();
                actor_core::time::sleep(LIMIT * 60).await;
                drop(mark);
            });
            task.detach();
            running.pass_blocking();
            started.end_runtime();
            futures_lite::future::block_on(ends.reaches(1));
        }
    });
}

#[test]
fn the_end_of_the_system_leaves_the_runtime_of_tokio_as_it_was() {
    guarded("system first on tokio", || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let ends = Tally::default();
            let worker = Worker { _mark: ends.mark(), busy: Gate::new() }.spawn();
            worker.ping().await.unwrap();
            let system = System::current();
            assert!(system.shutdown(LIMIT).await.is_clean());
            assert_eq!(ends.count(), 1);
            assert_eq!(worker.ping().await, Err(CallError::Stopped));
            let task = tokio::spawn(async { tokio::time::sleep(Duration::from_millis(1)).await });
            task.await.unwrap();
            assert_eq!(System::current(), system);
            assert!(!Worker { _mark: ends.mark(), busy: Gate::new() }.spawn().is_alive());
        });
    });
}

#[test]
fn the_end_of_the_system_leaves_the_executor_of_smol_as_it_was() {
    guarded("system first on smol", || {
        static EXECUTOR: smol::Executor<'static> = smol::Executor::new();
        let shared = Arc::new(smol::Executor::new());
        for (executor, system) in
            [(&*shared, System::smol(shared.clone())), (&EXECUTOR, System::smol(&EXECUTOR))]
        {
            smol::block_on(executor.run(async {
                let (ends, busy) = (Tally::default(), Gate::new());
                let worker = system.spawn(Worker { _mark: ends.mark(), busy: busy.clone() });
                let call = executor.spawn(worker.hang().into_owned());
                busy.pass().await;
                // The last handle: it kills the actors.
                drop(system);
                assert_eq!(call.await, Err(CallError::Killed));
                assert_eq!(worker.join().await, Exit::Killed);
                assert_eq!(ends.count(), 1);
                assert_eq!(executor.spawn(async { 7 }).await, 7);
            }));
        }
    });
}

/// Its state stays on the thread that made it.
#[actor(local)]
struct Local;

#[actor(local)]
impl Local {}

#[test]
fn a_local_actor_is_refused_on_threads_of_the_users() {
    guarded("local", || {
        for host in FOREIGN {
            let started = host.start();
            let spawn = || started.system.block_on(async { drop(Local.spawn()) });
            let caught = catch_unwind(AssertUnwindSafe(spawn));
            let text = caught.unwrap_err().downcast_ref::<String>().cloned().unwrap();
            assert!(text.contains("inside `block_on` of a current-thread system"), "{text}");
        }
    });
}
