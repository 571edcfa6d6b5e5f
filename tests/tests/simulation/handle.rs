//! What the handle of a simulation can do.
//! A test with `exact_time` asserts exact instants, which steps that take time would move.

use actor_core::prelude::*;
use actor_core::{
    process::{Inbox, spawn_process},
    simulation::Sim,
};
use std::future::pending;
use std::time::Duration;
use tests::Tally;

/// Waits as requested.
#[actor]
struct Waiter;

#[actor]
impl Waiter {
    async fn for_ever(&self) {
        pending().await
    }

    async fn of(&self, other: WaiterAddr) {
        let _ = other.for_ever().await;
    }

    async fn sleep(&self, seconds: u64) {
        actor_core::time::sleep(Duration::from_secs(seconds)).await;
    }

    fn tick(&self) {}

    fn ticks(&self, context: &Context<Self>) {
        context.every(Duration::from_secs(1), |me| me.tick()).detach();
    }
}

#[actor_core::test(leftovers)]
async fn run_until_idle_ends_and_names_the_waiting_actors(sim: Sim) {
    let (one, two) = (Waiter.spawn(), Waiter.spawn());
    one.of(two.clone()).send().await.unwrap();
    let waiting = sim.run_until_idle().await;
    assert_eq!(
        waiting,
        [
            "waiter#1 waits in `of` for an answer of waiter#2",
            "waiter#2 waits in `for_ever` for something that the simulation does not know",
        ]
    );
    assert_eq!(sim.waiting(), waiting);
    one.kill();
    two.kill();
}

#[actor_core::test(seeds = 20, exact_time)]
async fn run_until_idle_waits_for_a_receive_with_a_timeout(sim: Sim) {
    let begun = actor_core::time::now();
    let process = spawn_process(|mut inbox: Inbox<u8>| async move {
        inbox.receive_timeout(Duration::from_secs(9)).await.is_err()
    });
    assert!(sim.run_until_idle().await.is_empty());
    assert_eq!(process.result().await, Ok(true));
    assert_eq!(actor_core::time::now() - begun, Duration::from_secs(9));
}

#[actor_core::test]
async fn run_until_idle_does_not_wait_for_periodic_timers(sim: Sim) {
    let ticking = Waiter.spawn();
    ticking.ticks().await.unwrap();
    let begun = actor_core::time::now();
    assert!(sim.run_until_idle().await.is_empty());
    assert_eq!(actor_core::time::now(), begun);
    ticking.sleep(5).send().await.unwrap();
    sim.run_until_idle().await;
    assert_eq!(actor_core::time::now() - begun, Duration::from_secs(5));
}

#[actor_core::test(seeds = 20)]
async fn settle_runs_ready_tasks_without_advancing_time(sim: Sim) {
    let (begun, done) = (actor_core::time::now(), Tally::default());
    for seconds in 0..10_u64 {
        let done = done.clone();
        let after = Duration::from_secs(seconds / 5);
        actor_core::spawn_task(async move {
            actor_core::time::sleep(after).await;
            done.add();
        })
        .detach();
    }
    sim.settle().await;
    assert_eq!((done.count(), actor_core::time::now()), (5, begun));
    sim.advance(Duration::from_secs(1)).await;
    assert_eq!((done.count(), actor_core::time::now() - begun), (10, Duration::from_secs(1)));
}

#[actor_core::test(seeds = 20)]
async fn a_step_is_one_message(sim: Sim) {
    let waiter = Waiter.spawn();
    for _ in 0..3 {
        waiter.tick().try_send().unwrap();
    }
    for left in [2, 1, 0] {
        let step = sim.step().await.expect("something can run");
        assert_eq!(step.to_string(), "waiter#1 takes `tick`");
        assert_eq!(waiter.len(), left);
    }
}

#[actor_core::test]
async fn a_step_when_nothing_can_happen_is_none(sim: Sim) {
    assert_eq!(sim.step().await, None);
}

#[actor_core::test(seeds = 3)]
async fn the_seed_and_the_trace_are_reported(sim: Sim) {
    let waiter = Waiter.spawn();
    waiter.tick().await.unwrap();
    let trace = sim.trace();
    assert!((1..=3).contains(&sim.seed()));
    assert!(trace.steps().iter().any(|step| step.action == "takes `tick`"), "{trace}");
    assert_eq!(trace.count(), trace.steps().len() as u64);
}
