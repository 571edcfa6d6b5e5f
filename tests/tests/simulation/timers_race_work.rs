//! Under every even seed steps take time, so that timers race work; the first seed, exact tests and
//! `advance` are exact.

use crate::bugs_found::{seed, steps};
use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::time::{now, sleep};
use actor_core::{context::Timer, simulation::Sim, spawn_task};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MILLI: Duration = Duration::from_millis(1);

/// Is open for a millisecond: the planted bug is to rely on being faster than that.
#[actor]
struct Form {
    is_open: bool,
    timer: Option<Timer>,
}

#[actor]
impl Form {
    fn begin(&mut self, context: &Context<Self>) {
        self.is_open = true;
        self.timer = Some(context.after(MILLI, |me| me.expire()));
    }

    fn expire(&mut self) {
        self.is_open = false;
    }

    fn commit(&mut self) -> bool {
        self.is_open
    }
}

async fn commits_in_time() {
    let form = Form { is_open: false, timer: None }.spawn();
    form.begin().await.unwrap();
    assert_eq!(form.commit().await, Ok(true), "it has expired");
}

#[test]
fn a_timer_that_races_work_is_found_within_a_thousand_seeds() {
    let said = said(|| simulate(TestConfig::single_seed().seeds(1000), |_| commits_in_time()));
    println!("{said}");
    assert!(said.contains("it has expired") && seed(&said).is_multiple_of(2), "{said}");
    assert!((1..=10).contains(&steps(&said).len()), "{said}");
    // It gets the steps that have to take time.
    assert!(said.contains("one step that takes time"), "{said}");
    assert!(steps(&said).iter().any(|step| step.contains(", and takes 1ms")), "{said}");
}

#[test]
fn an_exact_test_lets_no_step_take_time() {
    simulate(TestConfig::single_seed().seeds(1000).exact_time(), |_| commits_in_time());
}

/// How long a few steps take under each of the seeds.
fn spent(config: TestConfig) -> Vec<Duration> {
    let spent = Mutex::new(Vec::new());
    simulate(config, |_| async {
        let begun = now();
        for _ in 0..10 {
            spawn_task(async {}).await;
        }
        spent.lock().unwrap().push(now() - begun);
    });
    spent.into_inner().unwrap()
}

#[test]
fn steps_take_time_under_every_even_seed() {
    let spent = spent(TestConfig::single_seed().seeds(20));
    // The first seed is run twice.
    let (first, all) = spent.split_first().expect("there are 21");
    assert_eq!((*first, all.len()), (Duration::ZERO, 20));
    for (seed, spent) in (1..).zip(all) {
        assert_eq!(*spent > Duration::ZERO, seed % 2 == 0, "{all:?}");
        assert!(*spent < 30 * MILLI, "{all:?}");
    }
}

#[actor_core::test(seeds = 100, exact_time)]
async fn the_option_of_a_test_is_exact_under_each_seed() {
    let begun = now();
    for _ in 0..10 {
        spawn_task(async {}).await;
    }
    assert_eq!(now(), begun);
}

#[actor_core::test(seeds = 100)]
async fn advance_ends_exactly_where_it_should(sim: Sim) {
    let is_done = Arc::new(Mutex::new(false));
    let done = is_done.clone();
    // Always busy, so that the steps alone would take the clock past the end.
    let busy = spawn_task(async move {
        sleep(7 * MILLI).await;
        for _ in 0..1000 {
            actor_core::future::yield_now().await;
        }
        *done.lock().unwrap() = true;
    });
    sim.settle().await;
    let begun = now();
    sim.advance(7 * MILLI).await;
    assert_eq!(now() - begun, 7 * MILLI);
    assert!(*is_done.lock().unwrap(), "what is due at its end is included");
    busy.await;
    let then = now();
    sim.settle().await;
    assert_eq!(now(), then);
}

#[test]
fn the_same_seed_gives_the_same_steps_and_times() {
    let traces = Mutex::new(Vec::new());
    for _ in 0..2 {
        simulate(TestConfig::single_seed().seeds(10), |sim: Sim| {
            let traces = &traces;
            async move {
                let form = Form { is_open: false, timer: None }.spawn();
                form.begin().await.unwrap();
                let _ = form.commit().await;
                sleep(2 * MILLI).await;
                traces.lock().unwrap().push((sim.seed(), sim.trace().to_string()));
            }
        });
    }
    let traces = traces.into_inner().unwrap();
    let (first, second) = traces.split_at(traces.len() / 2);
    assert_eq!(first, second);
}

#[test]
fn a_failure_independent_of_time_is_reported_without_times() {
    let said = said(AssertUnwindSafe(|| {
        simulate(TestConfig::single_seed().seeds(2), |sim: Sim| async move {
            sleep(MILLI).await;
            assert!(sim.seed() < 2, "an even seed");
        });
    }));
    assert!(said.contains("it fails without a choice"), "{said}");
    assert!(!said.contains("takes"), "{said}");
}
