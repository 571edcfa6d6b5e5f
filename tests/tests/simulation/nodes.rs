//! Several nodes in one simulation: one clock and one trace, and a crash or a pause of one node.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{
    simulation::{Fault, Probe, Sim},
    time,
};
use std::time::Duration;

/// Reports what it does.
#[actor]
struct Worker {
    seen: Probe<&'static str>,
}

#[actor]
impl Worker {
    fn ping(&self) {
        self.seen.tell("ping");
    }

    async fn slow(&self, seconds: u64) {
        self.seen.tell("slow");
        time::sleep(Duration::from_secs(seconds)).await;
        self.seen.tell("slow is done");
    }

    fn break_it(&self) {
        panic!("broken");
    }

    /// Panics after this many seconds, while other calls of it may run.
    #[message(concurrent)]
    async fn break_later(&self, seconds: u64) {
        time::sleep(Duration::from_secs(seconds)).await;
        panic!("broken");
    }

    /// Fails, once it has run for so many seconds more.
    async fn fail_slowly(&self, seconds: u64, context: &Context<Self>) {
        context.fail("broken");
        time::sleep(Duration::from_secs(seconds)).await;
    }

    #[on_stop]
    fn end(&self, _exit: &Exit) {
        self.seen.tell("stop");
    }
}

fn worker(node: &System) -> (WorkerAddr, Probe<&'static str>) {
    let seen = Probe::new();
    (node.spawn(Worker { seen: seen.clone() }), seen)
}

#[actor_core::test(seeds = 20)]
async fn nodes_have_one_clock_and_names_of_their_own(sim: Sim) {
    let (a, b) = (sim.node("a"), sim.node("b"));
    let ((one, _), (other, _)) = (worker(&a), worker(&b));
    one.register("worker").unwrap();
    other.register("worker").unwrap();
    assert_ne!(one.id(), other.id());
    let begun = time::now();
    let slow = a.spawn_task(one.slow(60).into_owned());
    other.slow(60).await.unwrap();
    slow.await.unwrap();
    let took = time::now() - begun;
    assert!((60..61).contains(&took.as_secs()), "{took:?}");
    let of_b = b.spawn_task(async { System::current() }).await;
    assert!(of_b == b && of_b != a);
}

#[actor_core::test(seeds = 50)]
async fn a_crash_ends_actors_and_tasks_without_their_code(sim: Sim) {
    let (a, b) = (sim.node("a"), sim.node("b"));
    let ((one, seen), (other, other_seen)) = (worker(&a), worker(&b));
    let in_task = Probe::new();
    let (told, asked) = (in_task.clone(), one.clone());
    let task = a.spawn_task(async move {
        let answer = asked.slow(20).await;
        told.tell(answer);
    });
    let call = actor_core::spawn_task(one.slow(10).into_owned());
    sim.advance(Duration::from_secs(1)).await;
    sim.crash(&a);
    assert!(call.await.is_err());
    assert_eq!(one.join().await, Exit::Killed);
    sim.advance(Duration::from_secs(100)).await;
    assert!(task.is_finished() && in_task.is_empty());
    assert!(seen.take().iter().all(|what| *what == "slow"));

    // Nothing more starts there; another node continues.
    assert_eq!(worker(&a).0.ping().await, Err(CallError::Stopped));
    let late = a.spawn_task(async {});
    assert_eq!(late.cancel().await, None);
    assert_eq!(other.ping().await, Ok(()));
    assert_eq!(other_seen.take(), ["ping"]);
}

#[actor_core::test(seeds = 20)]
async fn an_actor_can_crash_its_own_node(sim: Sim) {
    /// Crashes a node in the middle of a handler.
    #[actor]
    struct Traitor {
        sim: Sim,
        seen: Probe<()>,
    }

    #[actor]
    impl Traitor {
        async fn crash(&self) {
            self.sim.crash(&System::current());
            actor_core::future::yield_now().await;
            self.seen.tell(());
        }
    }

    let node = sim.node("a");
    let seen = Probe::new();
    let traitor = node.spawn(Traitor { sim: sim.clone(), seen: seen.clone() });
    assert_eq!(traitor.crash().await, Err(CallError::Killed));
    assert!(seen.is_empty());
}

#[actor_core::test(seeds = 50)]
async fn a_paused_node_makes_no_step_while_time_goes_on(sim: Sim) {
    let (a, b) = (sim.node("a"), sim.node("b"));
    let ((one, seen), (other, _)) = (worker(&a), worker(&b));
    let slow = actor_core::spawn_task(one.slow(10).into_owned());
    sim.advance(Duration::from_secs(1)).await;
    sim.pause(&a);
    sim.advance(Duration::from_secs(60)).await;
    assert_eq!(seen.take(), ["slow"]);
    assert_eq!(other.ping().await, Ok(()));
    let begun = time::now();
    sim.resume(&a);
    assert_eq!(slow.await, Ok(()));
    assert_eq!(seen.take(), ["slow is done"]);
    assert!(time::now() - begun < Duration::from_secs(1));
}

#[actor_core::test(seeds = 20)]
async fn a_paused_node_can_crash(sim: Sim) {
    let node = sim.node("a");
    let (one, seen) = worker(&node);
    sim.settle().await;
    sim.pause(&node);
    let call = actor_core::spawn_task(one.ping().into_owned());
    sim.settle().await;
    sim.crash(&node);
    assert_eq!(call.await, Err(CallError::Stopped));
    assert!(seen.is_empty());
}

#[test]
fn random_numbers_follow_the_seed_and_the_node() {
    let thrown = |seed| {
        let system = System::simulation(seed);
        let sim = Sim::of(&system).unwrap();
        let nodes = [sim.node("a"), sim.node("b"), sim.node("a")];
        nodes.map(|node| node.rng().u64(..))
    };
    assert_eq!(thrown(1), thrown(1));
    let [one, other, again] = thrown(1);
    assert!(one != other && other != again && one != again && thrown(2)[0] != one);
}

#[test]
fn the_report_of_a_failing_seed_names_the_node() {
    let said = said(|| {
        simulate(TestConfig::single_seed().seeds(100), |sim: Sim| async move {
            let (a, b) = (sim.node("a"), sim.node("b"));
            let ((one, _), (other, seen)) = (worker(&a), worker(&b));
            let asks = a.spawn_task(async move {
                other.slow(1).await.unwrap();
                one.ping().await.unwrap();
            });
            let times = b.spawn_task(async {
                time::sleep(Duration::from_secs(1)).await;
                time::now()
            });
            asks.await;
            times.await;
            assert!(seen.is_empty(), "seen");
        });
    });
    assert!(said.contains("b/worker#2 takes `slow`"), "{said}");
    assert!(said.contains("a/worker#1 takes `ping`"), "{said}");
}

#[test]
fn an_unobserved_failure_of_a_node_fails_the_test() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            let node = sim.node("a");
            worker(&node).0.break_it().send().await.unwrap();
            sim.settle().await;
        });
    });
    assert!(said.contains("a failure was not observed") && said.contains("broken"), "{said}");
}

/// One handler has panicked, and another one is still running when the node crashes. `observe` starts the
/// observer, which ends with the node before the exit is published.
async fn crash_after_a_panic<T>(sim: Sim, observe: impl AsyncFnOnce(&System, WorkerAddr) -> T) {
    let node = sim.node("a");
    let (worker, _) = worker(&node);
    for seconds in [1, 9] {
        worker.break_later(seconds).send().await.unwrap();
    }
    let _observer = observe(&node, worker.clone()).await;
    sim.advance(Duration::from_secs(2)).await;
    assert!(worker.is_alive());
    sim.crash(&node);
    sim.settle().await;
    assert!(!worker.is_alive());
}

#[actor]
struct Watchdog;

#[actor]
impl Watchdog {
    fn watch(&self, worker: WorkerAddr, context: &Context<Self>) {
        let _monitor = context.monitor(&worker, |me, exit| me.noted(exit));
    }

    fn noted(&self, _exit: Exit) {}
}

#[actor_core::test(seeds = 40)]
async fn an_observer_that_ends_in_the_crash_of_its_node_has_observed_a_panic_before(sim: Sim) {
    let join = async |node: &System, worker: WorkerAddr| {
        node.spawn_task(async move { drop(worker.downgrade().join().await) }).detach();
    };
    crash_after_a_panic(sim.clone(), join).await;
    let monitor = async |node: &System, worker: WorkerAddr| {
        let watchdog = node.spawn(Watchdog);
        watchdog.watch(worker).await.unwrap();
        watchdog
    };
    crash_after_a_panic(sim, monitor).await;
}

/// The handler has called `fail` and still runs when the node crashes.
#[actor_core::test(seeds = 40)]
async fn an_observer_that_ends_in_the_crash_of_its_node_has_observed_a_failure_before(sim: Sim) {
    let node = sim.node("a");
    let (worker, _) = worker(&node);
    let end = worker.join();
    node.spawn_task(async move { drop(end.await) }).detach();
    worker.fail_slowly(9).send().await.unwrap();
    sim.advance(Duration::from_secs(2)).await;
    sim.crash(&node);
    sim.settle().await;
    assert!(!worker.is_alive());
}

#[test]
fn an_unobserved_panic_before_a_crash_fails_the_test() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            let node = sim.node("a");
            let (worker, _) = worker(&node);
            for seconds in [1, 9] {
                worker.break_later(seconds).send().await.unwrap();
            }
            sim.advance(Duration::from_secs(2)).await;
            sim.crash(&node);
        });
    });
    assert!(said.contains("a failure was not observed") && said.contains("broken"), "{said}");
}

#[test]
fn leftovers_name_their_node() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            let node = sim.node("a");
            let (one, _) = worker(&node);
            one.slow(u64::MAX).send().await.unwrap();
            sim.settle().await;
            // The last handle of a node ends its actors, so it is leaked.
            std::mem::forget((node, one));
        });
    });
    assert!(said.contains("a/worker#1 is alive"), "{said}");
}

#[test]
fn a_task_that_is_left_names_its_node() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            let node = sim.node("a");
            node.spawn_task(std::future::pending::<()>()).detach();
            sim.settle().await;
            std::mem::forget(node);
        });
    });
    assert!(said.contains("a/task 1 has not finished"), "{said}");
}

#[test]
fn a_system_that_is_no_node_of_the_simulation_is_refused() {
    let (one, other) = (System::simulation(1), System::simulation(1));
    let (sim, foreign) = (Sim::of(&one).unwrap(), Sim::of(&other).unwrap().node("a"));
    for system in [one.clone(), foreign] {
        let said = said(std::panic::AssertUnwindSafe(|| sim.crash(&system)));
        assert_eq!(said, "the system is not a node of this simulation: see `Sim::node`");
    }
}

#[test]
fn a_fault_of_an_actor_of_another_system_is_refused() {
    let (one, other) = (System::simulation(1), System::simulation(1));
    let sim = Sim::of(&one).unwrap();
    for system in [other.clone(), Sim::of(&other).unwrap().node("a"), System::current_thread()] {
        let (worker, _) = worker(&system);
        let said = said(std::panic::AssertUnwindSafe(|| sim.fault(&worker, Fault::panic())));
        assert_eq!(said, format!("`{}` is not an actor of this simulation", worker.label()));
    }
    // All nodes are parts of one simulation.
    let node = sim.node("a");
    let (worker, _) = worker(&node);
    Sim::of(&node).unwrap().fault(&worker, Fault::drop_reply().at(1));
    sim.fault(&worker, Fault::drop_reply().at(2));
    one.block_on(async {
        assert_eq!(worker.ping().await, Err(CallError::NoReply));
        assert_eq!(worker.ping().await, Err(CallError::NoReply));
        assert_eq!(worker.ping().await, Ok(()));
    });
}

#[test]
fn nodes_end_with_their_simulation() {
    let system = System::simulation(1);
    let sim = Sim::of(&system).unwrap();
    let node = sim.node("a");
    let (one, seen) = worker(&node);
    let pending = Probe::new();
    let held = pending.clone();
    node.spawn_task(async move {
        std::future::pending::<()>().await;
        held.tell(());
    })
    .detach();
    system.block_on(async { one.ping().await.unwrap() });
    drop(system);
    assert!(!one.is_alive());
    assert_eq!(seen.take(), ["ping"]);
    drop((node, sim));
}
