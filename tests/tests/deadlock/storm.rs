//! Storms of random calls, up and down among a few actors. Plain waits go only upwards and never
//! form a cycle on their own; every other wait has another way to end. Every refusal is therefore a
//! false alarm, except the refusal of a timed call, which may complete a cycle and be refused
//! before its timeout.
//!
//! `STORM_CALLS` sets how many calls there are, `STORM_SEED` which, and `STORM_SEEDS` how many simulations.

use super::storm_guests;
use actor_core::future::{join_all, race};
use actor_core::prelude::*;
use actor_core::supervision::{Child, Restart, Supervisor};
use futures_lite::future::{or, yield_now};
use futures_util::future::{Either, select};
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tests::foreign_sleep;

pub(super) const ACTORS: usize = 8;
/// How many tasks call from outside.
const TASKS: usize = 24;

fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The shared state of a storm.
pub(super) struct Weather {
    pub(super) drops: OnceLock<Vec<DropletAddr>>,
    /// Stands above all drops.
    cloud: OnceLock<CloudAddr>,
    sky: OnceLock<SkyAddr>,
    /// Stands above the cloud.
    pails: OnceLock<PailAddr>,
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
pub(super) struct Droplet {
    place: usize,
    weather: Arc<Weather>,
}

/// A pseudo-random number (`SplitMix64`).
pub(super) fn chance(seed: &mut u64, most: usize) -> usize {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *seed;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((word ^ (word >> 31)) % most as u64).unwrap()
}

#[actor]
impl Droplet {
    pub async fn fall(&mut self, mut seed: u64, depth: usize) -> usize {
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

/// Has handlers that overlap, and handlers that wait for their guard.
#[actor(capacity = 3, max_concurrent = 3)]
struct Cloud {
    weather: Arc<Weather>,
    is_open: bool,
}

#[actor]
impl Cloud {
    #[message(concurrent)]
    async fn drift(&self, mut seed: u64, depth: usize) -> usize {
        self.weather.downward(&mut seed, depth).await + self.weather.upward(seed).await
    }

    async fn gather(&mut self, mut seed: u64, depth: usize) -> usize {
        self.is_open = !self.is_open;
        self.weather.upward(seed).await + self.weather.downward(&mut seed, depth).await
    }

    /// Callers of this need another way to end: it may never be opened.
    #[message(when = self.is_open == *is_day)]
    async fn clear(&mut self, is_day: bool, seed: u64) -> usize {
        self.is_open = !is_day;
        self.weather.upward(seed).await
    }

    fn turn(&mut self) {
        self.is_open = !self.is_open;
    }
}

/// A cloud, seen from below: a guarded protocol message is waited for like any other.
#[actor]
trait Sky {
    async fn shine(&mut self, is_day: bool, seed: u64) -> usize;
}

#[actor]
impl Sky for Cloud {
    /// Callers of this wait as long as it takes: day and night alternate.
    #[message(when = self.is_open == *is_day)]
    async fn shine(&mut self, is_day: bool, seed: u64) -> usize {
        self.is_open = !is_day;
        self.weather.upward(seed).await
    }
}

/// A member of a pool.
#[actor(capacity = 3)]
struct Pail {
    weather: Arc<Weather>,
}

#[actor]
impl Pail {
    async fn fill(&mut self, mut seed: u64, depth: usize) -> usize {
        self.weather.downward(&mut seed, depth).await
    }
}

impl Weather {
    /// A wait of the cloud for an actor above it.
    async fn upward(&self, seed: u64) -> usize {
        self.note(self.pails.get().unwrap().fill(seed, 0).await, false)
    }

    /// A wait of an actor above for a drop, with another way to end.
    async fn downward(&self, seed: &mut u64, depth: usize) -> usize {
        let Some(depth) = depth.checked_sub(1) else { return 0 };
        self.calls.fetch_add(1, Ordering::Relaxed);
        let out = Duration::from_micros(20 + chance(seed, 300) as u64);
        let call = self.drops.get().unwrap()[chance(seed, ACTORS)].fall(*seed, depth);
        self.note(or(call, after(out)).await, false)
    }

    fn alarm(&self, what: &str) -> usize {
        eprintln!("false alarm: {what}");
        self.alarms.fetch_add(1, Ordering::Relaxed);
        0
    }

    pub(super) fn note(&self, answer: Result<usize, CallError>, is_timed: bool) -> usize {
        match answer {
            Ok(count) => count + 1,
            Err(CallError::Deadlock(_)) if is_timed => {
                self.closed.fetch_add(1, Ordering::Relaxed);
                0
            }
            Err(CallError::Deadlock(cycle)) => self.alarm(&cycle.to_string()),
            Err(CallError::Panicked(failure)) if failure.message().starts_with("deadlock") => {
                self.alarm(failure.message())
            }
            Err(_) => 0,
        }
    }
}

/// The way out of a wait.
pub(super) async fn after(out: Duration) -> Result<usize, CallError> {
    actor_core::time::sleep(out).await;
    Ok(0)
}

impl Droplet {
    /// One wait for another.
    async fn one(&self, seed: &mut u64, depth: usize) -> usize {
        let drops = self.weather.drops.get().unwrap();
        let out = Duration::from_micros(20 + chance(seed, 300) as u64);
        let next = (*seed).wrapping_mul(31);
        let any = &drops[chance(seed, ACTORS)];
        let (kind, deeper) = (chance(seed, 22), depth.saturating_sub(1));
        if depth == 0 {
            return 0;
        }
        let weather = &self.weather;
        weather.calls.fetch_add(1, Ordering::Relaxed);
        let above = (self.place + 1 < ACTORS)
            .then(|| &drops[self.place + 1 + chance(seed, ACTORS - self.place - 1)]);
        let (cloud, pails) = (weather.cloud.get().unwrap(), weather.pails.get().unwrap());
        let answer = match (kind, above) {
            (0..=5, Some(above)) => above.fall(next, deeper).await,
            (6, Some(above)) => above.rest().send().await.map_err(CallError::from).map(|()| 0),
            (7, _) => or(any.fall(next, deeper), after(out)).await,
            (8, _) if weather.is_foreign => {
                let out = async {
                    foreign_sleep(out).await;
                    Ok(0)
                };
                or(out, any.fall(next, deeper)).await
            }
            (9, _) => {
                let sending = async { any.rest().send().await.map_err(CallError::from) };
                or(async { sending.await.map(|()| 0) }, after(out)).await
            }
            (10, _) => {
                // Left after one poll, then another wait.
                let mut call = any.fall(next, deeper);
                let _ = futures_lite::future::poll_once(&mut call).await;
                drop(call);
                yield_now().await;
                // WebAssembly has no thread for it.
                #[cfg(not(target_family = "wasm"))]
                actor_core::unblock(|| ()).await;
                Ok(0)
            }
            // Two at a time, of which one leads upwards and so ends.
            (11, Some(above)) => race(any.fall(next, deeper), above.fall(next, deeper)).await,
            (12, Some(above)) => {
                match select(above.fall(next, deeper), any.fall(next, deeper)).await {
                    Either::Left((answer, _)) | Either::Right((answer, _)) => answer,
                }
            }
            // Two, of which the last to end is waited for alone.
            (13, Some(above)) => {
                let both =
                    join_all([above.fall(next, deeper), above.fall(next.wrapping_add(1), 0)]).await;
                both.into_iter().collect::<Result<Vec<_>, _>>().map(|counts| counts.iter().sum())
            }
            (14, _) => cloud.drift(next, deeper).await,
            (15, _) => cloud.gather(next, deeper).await,
            (16, _) => or(cloud.clear(next.is_multiple_of(2), next), after(out)).await,
            (17, _) => pails.fill(next, deeper).await,
            (18, _) => weather.sky.get().unwrap().shine(next.is_multiple_of(2), next).await,
            (19, Some(_)) => Ok(storm_guests::visit(self.place, weather, next, deeper).await),
            (20, _) => {
                // A wait for an end that may lead anywhere.
                let end = async {
                    any.join().await;
                    Ok(0)
                };
                or(end, after(out)).await
            }
            _ => {
                let answer = any.fall(next, deeper).timeout(out).await;
                return weather.note(answer, true);
            }
        };
        weather.note(answer, false)
    }
}

/// One of the tasks outside: calls actors and, in a violent storm, disturbs them.
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

/// An actor that starts, calls upwards, is called, and is stopped in the meantime.
async fn passing(weather: &Arc<Weather>, seed: u64) {
    let guest = Droplet { place: 0, weather: weather.clone() }.spawn();
    let call = guest.fall(seed, 4).into_owned();
    let task = actor_core::spawn_task(call);
    yield_now().await;
    guest.stop();
    let _ = task.await;
}

/// Has the day come and go.
async fn days(cloud: CloudAddr) {
    while cloud.turn().await.is_ok() {
        actor_core::time::sleep(Duration::from_micros(20)).await;
    }
}

/// Returns how many calls there were, and how many timed ones were refused.
fn storm(system: &System, until: usize, is_violent: bool, is_foreign: bool) -> (usize, usize) {
    let mut seed = setting("STORM_SEED", 1) as u64;
    let weather = Arc::new(Weather {
        drops: OnceLock::new(),
        cloud: OnceLock::new(),
        sky: OnceLock::new(),
        pails: OnceLock::new(),
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
        let over = weather.clone();
        let make = move || Cloud { weather: over.clone(), is_open: false };
        let cloud = supervisor.start(Child::new("cloud", make));
        assert!(weather.cloud.set(cloud.clone()).is_ok());
        assert!(weather.sky.set(cloud.clone().into()).is_ok());
        let over = weather.clone();
        let pails = Pail::pool(2, move || Pail { weather: over.clone() });
        assert!(weather.pails.set(pails.clone()).is_ok());
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                chance(&mut seed, 2);
                actor_core::spawn_task(blow(weather.clone(), seed, until))
            })
            .collect();
        let blown = async {
            for task in tasks {
                task.await;
            }
        };
        or(blown, days(cloud)).await;
        pails.stop();
        supervisor.stop();
        supervisor.join().await;
        pails.join().await;
    });
    assert_eq!(weather.alarms.load(Ordering::Relaxed), 0, "seed {}", setting("STORM_SEED", 1));
    let counts = (&weather.calls, &weather.closed);
    (counts.0.load(Ordering::Relaxed), counts.1.load(Ordering::Relaxed))
}

fn storm_as_set(system: &System, is_violent: bool, is_foreign: bool) {
    let begun = Instant::now();
    let until = setting("STORM_CALLS", tests::sized(5000, 50_000));
    let (calls, closed) = storm(system, until, is_violent, is_foreign);
    println!("{calls} calls in {:?}, {closed} timed ones refused", begun.elapsed());
}

pub fn a_storm_of_calls_raises_no_false_alarm(system: &System) {
    storm_as_set(system, false, false);
}

pub fn a_storm_with_foreign_timers_raises_no_false_alarm(system: &System) {
    storm_as_set(system, false, true);
}

pub fn a_storm_with_kills_restarts_and_stops_never_hangs(system: &System) {
    storm_as_set(system, true, false);
}

#[test]
fn storms_in_simulations_raise_no_false_alarm_and_repeat() {
    tests::guarded("storms in simulations", || {
        for seed in 0..setting("STORM_SEEDS", tests::sized(20, 200)) as u64 {
            for is_violent in [false, true] {
                let run = || storm(&System::simulation(seed), 300, is_violent, false);
                assert_eq!(run(), run(), "seed {seed}");
            }
        }
    });
}
