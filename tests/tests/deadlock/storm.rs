//! Storms of random calls, up and down among a few actors. Plain waits go only upwards, so they
//! never make a circle by themselves; each other wait has a way out. So every refusal is a false
//! alarm, unless it is of a timed call, which may close a circle and be refused before its time.
//!
//! `STORM_CALLS` sets how many calls there are, `STORM_SEED` which.

use actor_core::prelude::*;
use actor_core::{Child, Restart, Supervisor};
use futures_lite::future::{or, yield_now};
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How many calls on each host, unless told otherwise.
const CALLS: usize = 20_000;
const ACTORS: usize = 8;
/// How many tasks call from outside.
const TASKS: usize = 24;

fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What all in one storm share.
struct Weather {
    drops: OnceLock<Vec<DropletAddr>>,
    calls: AtomicUsize,
    alarms: AtomicUsize,
    /// Refusals of timed calls, which may be.
    closed: AtomicUsize,
    /// Whether actors are killed, panic and stop.
    is_violent: bool,
    /// Whether there are timers of another runtime.
    is_foreign: bool,
}

#[actor(capacity = 3)]
struct Droplet {
    place: usize,
    weather: Arc<Weather>,
}

/// A number that looks like chance; splitmix.
fn chance(seed: &mut u64, most: usize) -> usize {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *seed;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((word ^ (word >> 31)) % most as u64).unwrap()
}

#[actor]
impl Droplet {
    async fn fall(&mut self, mut seed: u64, depth: usize) -> usize {
        let mut count = 0;
        for _ in 0..chance(&mut seed, 3) {
            count += self.one(&mut seed, depth).await;
        }
        count
    }

    fn rest(&self) {}

    /// Ends this life, and not the actor.
    fn burst(&self) {
        panic!("told to");
    }
}

impl Droplet {
    /// One wait for another.
    async fn one(&self, seed: &mut u64, depth: usize) -> usize {
        let drops = self.weather.drops.get().unwrap();
        let out = Duration::from_micros(20 + chance(seed, 300) as u64);
        let next = (*seed).wrapping_mul(31);
        let any = &drops[chance(seed, ACTORS)];
        let (kind, deeper) = (chance(seed, 10), depth.saturating_sub(1));
        if depth == 0 {
            return 0;
        }
        self.weather.calls.fetch_add(1, Ordering::Relaxed);
        let above = (self.place + 1 < ACTORS)
            .then(|| &drops[self.place + 1 + chance(seed, ACTORS - self.place - 1)]);
        match (kind, above) {
            (0..=3, Some(above)) => self.note(above.fall(next, deeper).await, false),
            (4, Some(above)) => {
                self.note(above.rest().send().await.map_err(CallError::from).map(|()| 0), false)
            }
            (5, _) => {
                let call = any.fall(next, deeper);
                self.note(
                    or(call, async {
                        actor_core::time::sleep(out).await;
                        Ok(0)
                    })
                    .await,
                    false,
                )
            }
            (6, _) if self.weather.is_foreign => {
                let call = any.fall(next, deeper);
                self.note(
                    or(
                        async {
                            smol::Timer::after(out).await;
                            Ok(0)
                        },
                        call,
                    )
                    .await,
                    false,
                )
            }
            (7, _) => {
                let sending = async { any.rest().send().await.map_err(CallError::from) };
                let out = async {
                    actor_core::time::sleep(out).await;
                    Ok(())
                };
                self.note(or(sending, out).await.map(|()| 0), false)
            }
            (8, _) => {
                // Left after one poll, then another wait.
                let mut call = any.fall(next, deeper);
                let _ = futures_lite::future::poll_once(&mut call).await;
                drop(call);
                yield_now().await;
                actor_core::unblock(|| ()).await;
                0
            }
            _ => self.note(any.fall(next, deeper).timeout(out).await, true),
        }
    }

    fn note(&self, answer: Result<usize, CallError>, is_timed: bool) -> usize {
        match answer {
            Ok(count) => count + 1,
            Err(CallError::Deadlock(_)) if is_timed => {
                self.weather.closed.fetch_add(1, Ordering::Relaxed);
                0
            }
            Err(CallError::Deadlock(cycle)) => {
                eprintln!("false alarm: {cycle}");
                self.weather.alarms.fetch_add(1, Ordering::Relaxed);
                0
            }
            Err(_) => 0,
        }
    }
}

/// One task of those outside: calls, and in a violent storm does violence.
async fn blow(weather: Arc<Weather>, mut seed: u64, until: usize) {
    let drops = weather.drops.get().unwrap();
    while weather.calls.load(Ordering::Relaxed) < until {
        let drop = &drops[chance(&mut seed, ACTORS)];
        weather.calls.fetch_add(1, Ordering::Relaxed);
        let answer = drop.fall(seed, 6).await;
        assert!(!matches!(answer, Err(CallError::Deadlock(_))), "nobody waits for a task");
        if weather.is_violent {
            match chance(&mut seed, 40) {
                0 => drop.kill(),
                1 => {
                    let _ = drop.burst().await;
                }
                2 => passing(&weather, seed).await,
                _ => {}
            }
        } else {
            assert!(answer.is_ok(), "{answer:?}");
        }
    }
}

/// An actor that comes, calls upwards, is called, and is stopped meanwhile.
async fn passing(weather: &Arc<Weather>, seed: u64) {
    let guest = Droplet { place: 0, weather: weather.clone() }.spawn();
    let call = guest.fall(seed, 4).owned();
    let task = actor_core::spawn(call);
    yield_now().await;
    guest.stop();
    let _ = task.await;
}

/// Returns how many calls there were, and how many timed ones were refused.
fn storm(system: &System, until: usize, is_violent: bool, is_foreign: bool) -> (usize, usize) {
    let mut seed = setting("STORM_SEED", 1) as u64;
    let weather = Arc::new(Weather {
        drops: OnceLock::new(),
        calls: AtomicUsize::new(0),
        alarms: AtomicUsize::new(0),
        closed: AtomicUsize::new(0),
        is_violent,
        is_foreign,
    });
    system.block_on(async {
        let supervisor =
            Supervisor::one_for_one().intensity(usize::MAX, Duration::from_secs(1)).spawn();
        let drops = (0..ACTORS)
            .map(|place| {
                let weather = weather.clone();
                let make = move || Droplet { place, weather: weather.clone() };
                supervisor.start(Child::new(&format!("d{place}"), make).restart(Restart::Permanent))
            })
            .collect();
        assert!(weather.drops.set(drops).is_ok());
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                chance(&mut seed, 2);
                actor_core::spawn(blow(weather.clone(), seed, until))
            })
            .collect();
        for task in tasks {
            task.await;
        }
        supervisor.stop();
        supervisor.join().await;
    });
    assert_eq!(weather.alarms.load(Ordering::Relaxed), 0, "seed {}", setting("STORM_SEED", 1));
    let counts = (&weather.calls, &weather.closed);
    (counts.0.load(Ordering::Relaxed), counts.1.load(Ordering::Relaxed))
}

fn storm_as_set(system: &System, is_violent: bool, is_foreign: bool) {
    let begun = Instant::now();
    let (calls, closed) = storm(system, setting("STORM_CALLS", CALLS), is_violent, is_foreign);
    println!("{calls} calls in {:?}, {closed} timed ones refused", begun.elapsed());
}

pub fn b02_a_storm_of_calls_raises_no_false_alarm(system: &System) {
    storm_as_set(system, false, false);
}

pub fn b02_a_storm_with_foreign_timers_raises_no_false_alarm(system: &System) {
    storm_as_set(system, false, true);
}

pub fn b02_a_storm_with_kills_restarts_and_stops_hangs_nobody(system: &System) {
    storm_as_set(system, true, false);
}

#[test]
fn b02_storms_in_simulations_raise_no_false_alarm_and_repeat() {
    tests::guarded("storms in simulations", || {
        for seed in 0..100 {
            for is_violent in [false, true] {
                let run = || storm(&System::simulation(seed), 300, is_violent, false);
                assert_eq!(run(), run(), "seed {seed}");
            }
        }
    });
}
