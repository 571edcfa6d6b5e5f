//! Restarts, intensity and backoff in virtual time: under thousands of schedules, and exact to the nanosecond.
//! A test with `exact_time` asserts exact instants, which steps that take time would move.

use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::time::{now, sleep};
use actor_core::{
    simulation::{Probe, Sim},
    supervision::{Backoff, Child, Supervisor},
};
use std::time::{Duration, Instant};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Reports the messages it handles; panics on a poison message.
#[actor(capacity = 8)]
struct Worker {
    did: Probe<u32>,
}

#[actor]
impl Worker {
    async fn good(&mut self, number: u32) -> u32 {
        if actor_core::rng().bool() {
            sleep(millis(1)).await;
        }
        self.did.tell(number);
        number
    }

    fn poison(&mut self) {
        panic!("planned");
    }

    fn restarts(&self, context: &Context<Self>) -> u32 {
        context.restarts()
    }
}

/// Good messages, poison and calls in an order by the seed, with restarts and backoff.
async fn storm() {
    let did = Probe::new();
    let given = did.clone();
    let supervisor = Supervisor::one_for_one()
        .intensity(1000, millis(1000))
        .backoff(Backoff::exponential(millis(1), millis(8)).jitter(0.5))
        .spawn();
    let worker = supervisor.start(Child::new("worker", move || Worker { did: given.clone() }));
    let mut rng = actor_core::rng();
    let (mut sent, mut poisons, mut calls) = (Vec::new(), 0, Vec::new());
    for number in 0..rng.u32(1..30) {
        match rng.u32(..4) {
            0 => {
                poisons += 1;
                let poison = worker.poison().into_owned();
                calls.push(actor_core::spawn_task(async move {
                    matches!(poison.await, Err(CallError::Panicked(_)))
                }));
                // The task takes its place in the mailbox when it runs.
                worker.restarts().await.unwrap();
            }
            1 => {
                worker.good(number).send().await.unwrap();
                sent.push(number);
            }
            _ => {
                assert_eq!(worker.good(number).await, Ok(number));
                sent.push(number);
            }
        }
    }
    for call in calls {
        assert!(call.await, "each poison's caller is told");
    }
    assert_eq!(worker.restarts().await, Ok(poisons));
    assert_eq!(did.take(), sent, "each good one once and in order");
    supervisor.stop();
    supervisor.join().await;
}

#[test]
fn good_messages_are_handled_once_and_in_order_over_ten_thousand_seeds() {
    // A debug build looks at fewer.
    let seeds = if cfg!(debug_assertions) { 500 } else { 10_000 };
    let begun = Instant::now();
    simulate(TestConfig::single_seed().seeds(seeds), |_| storm());
    println!("{seeds} seeds in {:?}", begun.elapsed());
}

/// Fails at each `fail`.
async fn fails_each(period: Duration, times: u32) -> (SupervisorLives, u32) {
    let supervisor = Supervisor::one_for_one().intensity(3, millis(200)).spawn();
    let did = Probe::new();
    let worker = supervisor.start(Child::new("worker", move || Worker { did: did.clone() }));
    let mut done = 0;
    for _ in 0..times {
        sleep(period).await;
        if worker.poison().send().await.is_err() {
            break;
        }
        done += 1;
    }
    sleep(millis(1)).await;
    let lives = if supervisor.is_alive() { SupervisorLives::Yes } else { SupervisorLives::No };
    supervisor.stop();
    supervisor.join().await;
    (lives, done)
}

#[derive(Debug, PartialEq)]
enum SupervisorLives {
    Yes,
    No,
}

#[actor_core::test(seeds = 20)]
async fn one_failure_each_150_ms_is_survived_forever() {
    assert_eq!(fails_each(millis(150), 1000).await, (SupervisorLives::Yes, 1000));
}

#[actor_core::test(seeds = 20)]
async fn the_fourth_failure_within_200_ms_fails_the_supervisor() {
    assert_eq!(fails_each(millis(49), 10).await, (SupervisorLives::No, 4));
}

/// When each of the first lives began, from the start; each lives for `life`.
async fn starts(
    backoff: Backoff,
    lives: impl Fn(usize) -> Duration,
    count: usize,
) -> Vec<Duration> {
    let began = Probe::new();
    let told = began.clone();
    let did = Probe::new();
    let supervisor = Supervisor::one_for_one().intensity(1000, millis(1)).backoff(backoff).spawn();
    let begun = now();
    let worker = supervisor.start(Child::new("worker", move || {
        told.tell(now());
        Worker { did: did.clone() }
    }));
    let mut starts: Vec<Duration> = Vec::new();
    while starts.len() < count {
        starts.push(began.next().await - begun);
        sleep(lives(starts.len())).await;
        worker.poison().send().await.unwrap();
    }
    supervisor.stop();
    supervisor.join().await;
    starts
}

fn gaps(starts: &[Duration]) -> Vec<u128> {
    starts.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
}

#[actor_core::test(seeds = 10, exact_time)]
async fn a_backoff_grows_and_is_capped() {
    let backoff = Backoff::exponential(millis(100), millis(1000));
    let starts = starts(backoff, |_| Duration::ZERO, 7).await;
    assert_eq!(gaps(&starts), [100, 200, 400, 800, 1000, 1000]);
}

#[actor_core::test(seeds = 10, exact_time)]
async fn a_backoff_is_reset_by_a_healthy_life() {
    let backoff = Backoff::exponential(millis(100), millis(1000)).reset_after(millis(500));
    let life = |number| if number == 4 { millis(500) } else { Duration::ZERO };
    let starts = starts(backoff, life, 6).await;
    assert_eq!(gaps(&starts), [100, 200, 400, 500 + 100, 200]);
}

#[actor_core::test(seeds = 100, exact_time)]
async fn jitter_stays_within_its_bounds_and_varies(sim: Sim) {
    let backoff = Backoff::exponential(millis(100), millis(100)).jitter(0.2);
    let starts = starts(backoff, |_| Duration::ZERO, 20).await;
    let gaps = gaps(&starts);
    assert!(gaps.iter().all(|gap| (80..=120).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap != gaps[0]), "seed {}: {gaps:?}", sim.seed());
}
