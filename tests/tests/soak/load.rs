//! The disturbances of the tree, and the checks afterwards.

use crate::heap;
use crate::tree::{Books, GROUPS, WORKERS, WorkerAddr, grow, name};
use actor_core::prelude::*;
use futures_lite::future::yield_now;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The results of the callers.
#[derive(Default)]
struct Seen {
    answered: AtomicU64,
    /// Killed, or failed together with a group, while it was being handled.
    broken: AtomicU64,
    /// The group was restarted itself: its workers ended, and new ones have the names.
    refused: AtomicU64,
    over: AtomicBool,
}

/// A random number, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn worker(&mut self) -> Option<WorkerAddr> {
        WorkerAddr::lookup(&name(self.below(GROUPS), self.below(WORKERS)))
    }

    /// One of a group without backoff: a kill during a backoff would be final.
    fn worker_to_kill(&mut self) -> Option<WorkerAddr> {
        WorkerAddr::lookup(&name(self.below(GROUPS / 2) * 2, self.below(WORKERS)))
    }
}

/// Calls workers by name until it is over.
async fn call(number: u64, seen: Arc<Seen>) {
    let mut chance = Chance(number + 1);
    let mut next = number;
    while !seen.over.load(Ordering::Relaxed) {
        let Some(worker) = chance.worker() else {
            yield_now().await;
            continue;
        };
        next += 1;
        // No life lasts a minute: a missing reply is a lost message.
        let answer = worker.work(next).timeout(Duration::from_secs(60)).await;
        match answer {
            Ok(same) if same == next => &seen.answered,
            Err(CallError::Killed | CallError::Panicked(_)) => &seen.broken,
            Err(CallError::Stopped) => &seen.refused,
            other => panic!("{other:?} for {next}"),
        }
        .fetch_add(1, Ordering::Relaxed);
    }
}

async fn hurt(
    rounds: usize,
    groups: &[actor_core::supervision::SupervisorAddr],
    seen: &Seen,
) -> [u64; 3] {
    let mut chance = Chance(4711);
    let mut hurt = [0; 3];
    for round in 0..rounds {
        match chance.below(100) {
            0 => {
                groups[chance.below(GROUPS)].kill();
                hurt[2] += 1;
            }
            1..50 => {
                if let Some(worker) = chance.worker_to_kill() {
                    worker.kill();
                    hurt[1] += 1;
                }
            }
            _ => {
                if let Some(worker) = chance.worker()
                    && worker.fail().try_send().is_ok()
                {
                    hurt[0] += 1;
                }
            }
        }
        // Some work has to complete between two disturbances.
        let answered = seen.answered.load(Ordering::Relaxed);
        let begun = Instant::now();
        while seen.answered.load(Ordering::Relaxed) < answered + 2 {
            yield_now().await;
            assert!(begun.elapsed() < Duration::from_secs(60), "hangs in round {round}");
        }
    }
    hurt
}

/// Waits until all workers answer.
async fn recovered() {
    for (group, worker) in (0..GROUPS).flat_map(|g| (0..WORKERS).map(move |w| (g, w))) {
        let begun = Instant::now();
        loop {
            let found = WorkerAddr::lookup(&name(group, worker));
            if let Some(found) = found
                && found.work(0).timeout(Duration::from_secs(60)).await.is_ok()
            {
                break;
            }
            yield_now().await;
            assert!(begun.elapsed() < Duration::from_secs(60), "{group}.{worker} is away");
        }
    }
}

/// One system from its start to its end: a warm-up, then the rounds.
pub fn soak(rounds: usize) {
    let begun = Instant::now();
    let system = System::builder().threads(2).on_incident(|_| {}).build();
    let books = Arc::new(Books::default());
    let (hurt, bytes) = system.block_on(async {
        let (root, groups) = grow(&books);
        let mut hurts = [0; 3];
        let mut bytes = [0; 2];
        for (half, rounds) in [rounds / 10, rounds - rounds / 10].into_iter().enumerate() {
            let seen = Arc::new(Seen::default());
            let before = books.handled.load(Ordering::Relaxed);
            let callers: Vec<_> = (0..16)
                .map(|number| actor_core::spawn_task(call(number << 32, seen.clone())))
                .collect();
            let hurt = hurt(rounds, &groups, &seen).await;
            seen.over.store(true, Ordering::Relaxed);
            for caller in callers {
                caller.await;
            }
            let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
            let handled = books.handled.load(Ordering::Relaxed) - before;
            let (answered, broken) = (count(&seen.answered), count(&seen.broken));
            println!(
                "hurt {hurt:?} (failed, killed, groups killed): {answered} answered, {broken} \
                 broken, {} refused, {handled} handled",
                count(&seen.refused)
            );
            // Answered messages were handled, and no others except interrupted ones.
            assert!((answered..=answered + broken).contains(&handled));
            recovered().await;
            assert_eq!(books.states.load(Ordering::Relaxed), GROUPS * WORKERS);
            hurts = std::array::from_fn(|kind| hurts[kind] + hurt[kind]);
            bytes[half] = heap::live();
        }
        root.stop();
        assert_eq!(root.join().await, Exit::Stopped);
        for (group, worker) in (0..GROUPS).flat_map(|g| (0..WORKERS).map(move |w| (g, w))) {
            assert_eq!(WorkerAddr::lookup(&name(group, worker)), None, "a name is left");
        }
        (hurts, bytes)
    });
    assert_eq!(books.states.load(Ordering::Relaxed), 0, "a state is left");
    let report = system.block_on(system.shutdown(Duration::from_secs(10)));
    assert!(report.is_clean(), "{report}");
    // The data of the workers is not retained.
    assert_eq!(Arc::strong_count(&books), 1);
    let lives = books.lives.load(Ordering::Relaxed);
    println!("{hurt:?} in {:?}: {lives} lives, {bytes:?} bytes", begun.elapsed());
    assert!(bytes[1] < bytes[0] + bytes[0] / 2 + 200_000, "memory grows: {bytes:?}");
}
