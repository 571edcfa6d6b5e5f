//! What a simulation costs is proportional to the number of its steps, waits and failures.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::simulation::Sim;
use std::time::{Duration, Instant};
use tests::assert_grows_evenly;

#[actor(capacity = 200_000)]
struct Counter {
    count: usize,
}

#[actor]
impl Counter {
    fn fail(&mut self, context: &Context<Self>) {
        context.fail("planned");
    }

    fn add(&mut self) -> usize {
        self.count += 1;
        self.count
    }
}

/// The time that `body` takes in a simulation.
fn taken(body: impl AsyncFnOnce(Sim, CounterAddr)) -> Duration {
    let system = System::simulation(1);
    let sim = Sim::of(&system).expect("it is a simulation");
    system.block_on(async {
        let counter = Counter { count: 0 }.spawn();
        let begun = Instant::now();
        body(sim, counter).await;
        begun.elapsed()
    })
}

#[test]
fn one_step_costs_the_same_after_any_number_of_steps() {
    assert_grows_evenly("steps one by one", |count| {
        taken(async |sim: Sim, counter: CounterAddr| {
            for _ in 0..count {
                counter.add().try_send().unwrap();
            }
            for _ in 0..count {
                assert!(sim.step().await.is_some());
            }
            assert_eq!(counter.len(), 0);
        })
    });
}

#[test]
fn a_call_costs_the_same_among_any_number_of_calls() {
    assert_grows_evenly("calls that wait together", |count| {
        taken(async |_, counter: CounterAddr| {
            let counters: Vec<_> = (0..count).map(|_| Counter { count: 0 }.spawn()).collect();
            let counts = join_all(counters.iter().map(|counter| counter.add())).await;
            assert!(counts.into_iter().all(|count| count == Ok(1)));
            drop(counter);
        })
    });
}

#[test]
fn a_failure_costs_the_same_after_any_number_of_failures() {
    assert_grows_evenly("failures", |count| {
        taken(async |_, counter: CounterAddr| {
            for _ in 0..count {
                let failing = Counter { count: 0 }.spawn();
                failing.fail().await.unwrap();
                assert!(matches!(failing.join().await, Exit::Failed(_)));
            }
            drop(counter);
        })
    });
}
