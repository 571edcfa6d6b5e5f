//! The same seed gives the same run, in every run, process and build.

use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{
    process::{Inbox, spawn_process},
    simulation::Sim,
    supervision::{Child, Supervisor},
    topic::Topic,
};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

/// The result of seed 11, in debug and release builds, on every machine.
const HASH: u64 = 0x08cb_b7cd_e646_abdf;

/// Counts, and fails at each fifth.
#[actor]
struct Worker {
    done: u32,
}

#[actor]
impl Worker {
    async fn work(&mut self, millis: u64) -> u32 {
        actor_core::time::sleep(Duration::from_millis(millis)).await;
        self.done += 1;
        assert!(!self.done.is_multiple_of(5), "each fifth");
        self.done
    }
}

/// Observes everything, and ticks.
#[actor]
struct Listener {
    heard: Vec<u32>,
}

#[actor]
impl Listener {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        context.every(Duration::from_millis(7), |me| me.hear(0)).detach();
    }

    fn hear(&mut self, number: u32) {
        self.heard.push(number);
    }

    fn heard(&self) -> Vec<u32> {
        self.heard.clone()
    }
}

/// A program with a bit of everything; returns the hash of its trace and the observed events.
fn run(seed: u64) -> (u64, Vec<u32>) {
    let system = System::simulation(seed);
    let sim = Sim::of(&system).expect("it is one");
    let heard = system.block_on(async {
        let supervisor = Supervisor::one_for_one().intensity(100, Duration::from_secs(60)).spawn();
        let worker = supervisor.start(Child::new("worker", || Worker { done: 0 }));
        let listener = Listener { heard: vec![] }.spawn();
        let topic = Topic::new();
        topic.subscribe(&listener, |me, number: u32| me.hear(number)).detach();
        let pool = Worker::pool(3, || Worker { done: 0 });
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            let mut sum = 0;
            while let Some(number) = inbox.receive().await {
                sum += number;
            }
            sum
        });
        let callers: Vec<_> = (0..8)
            .map(|number| {
                let (worker, pool, process) = (worker.clone(), pool.clone(), process.address());
                actor_core::spawn_task(async move {
                    let millis = actor_core::rng().u64(1..20);
                    let one = worker.work(millis).await.unwrap_or(99);
                    let other = pool.work(number).await.unwrap_or(99);
                    process.send(actor_core::unblock(move || one + other).await).await.unwrap();
                })
            })
            .collect();
        for (number, caller) in (1..).zip(callers) {
            topic.publish(number).await;
            caller.await;
        }
        sim.advance(Duration::from_millis(50)).await;
        let heard = listener.heard().await.unwrap();
        supervisor.stop();
        pool.stop();
        supervisor.join().await;
        heard
    });
    (sim.trace().hash(), heard)
}

#[test]
fn the_same_seed_gives_the_same_run_a_hundred_times() {
    let first = run(11);
    for _ in 0..100 {
        assert_eq!(run(11), first);
    }
}

/// The winner of two, several times.
async fn races() -> Vec<bool> {
    let mut won = Vec::new();
    for _ in 0..64 {
        won.push(actor_core::future::race(async { true }, async { false }).await);
    }
    won
}

#[test]
fn the_winner_of_a_race_follows_the_seed_too() {
    let run = |seed| System::simulation(seed).block_on(races());
    let first = run(11);
    assert!(first.contains(&true) && first.contains(&false));
    assert_eq!(run(11), first);
    assert_ne!(run(12), first);
    let outside = || System::current_thread().block_on(races());
    assert_ne!(outside(), outside(), "elsewhere it is by chance");
}

#[test]
fn other_seeds_give_other_runs() {
    let mut hashes: Vec<u64> = (0..50).map(|seed| run(seed).0).collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert!(hashes.len() > 45, "{} of 50", hashes.len());
}

#[test]
fn the_hash_is_the_same_in_every_process_and_build() {
    assert_eq!(format!("{:016x}", run(11).0), format!("{HASH:016x}"));
}

#[test]
fn another_process_gives_the_same_run() {
    let own = format!("hash {:016x}", run(12).0);
    let test = "same_seed::printed_for_the_parent_process";
    let program = std::env::current_exe().expect("a test has a program");
    let other = Command::new(program).args([test, "--exact", "--nocapture"]).output().unwrap();
    let other = String::from_utf8(other.stdout).unwrap();
    assert!(other.contains(&own), "{own} here, there:\n{other}");
}

#[test]
fn printed_for_the_parent_process() {
    let (hash, heard) = run(12);
    println!("hash {hash:016x}");
    assert!(heard.contains(&1));
}

#[test]
fn the_largest_seed_is_a_seed_and_zero_follows_it() {
    let seeds = Mutex::new(Vec::new());
    let config = TestConfig::single_seed().first_seed(u64::MAX).seeds(2);
    simulate(config, |sim: Sim| {
        seeds.lock().unwrap().push(sim.seed());
        async {}
    });
    // The first seed runs twice, and both runs are compared.
    assert_eq!(seeds.into_inner().unwrap(), [u64::MAX, u64::MAX, 0]);
}
