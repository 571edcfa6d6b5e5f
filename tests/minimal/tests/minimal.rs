//! A system without the default features and without `io`: its own timers, its threads and its shutdown need
//! none of them, and deadlock detection depends on the timers of other crates.

use actor_core::prelude::*;
use actor_core::system::ShutdownReport;
use actor_core::time::{self, sleep};
use async_io::Timer;
use futures_lite::future::{or, poll_once, yield_now};
use std::error::Error;
use std::future::Future;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);

/// The time limit of a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Clone, Copy)]
enum DroppedTimer {
    None,
    OfSystem,
    /// It is dropped after this time, in which the reactor of its crate should register it.
    OfOtherCrate(Duration),
}

/// Calls its peer, which calls it back.
#[actor]
struct Node {
    peer: Option<NodeAddr>,
}

#[actor]
impl Node {
    fn set_peer(&mut self, peer: NodeAddr) {
        self.peer = Some(peer);
    }

    async fn round(&mut self, dropped: DroppedTimer) -> Result<u32, CallError> {
        match dropped {
            DroppedTimer::None => {}
            DroppedTimer::OfSystem => drop_pending(sleep(HOUR), Duration::ZERO).await,
            DroppedTimer::OfOtherCrate(wait) => drop_pending(Timer::after(HOUR), wait).await,
        }
        let Some(peer) = &self.peer else { return Ok(0) };
        peer.back().await?
    }

    async fn back(&mut self) -> Result<u32, CallError> {
        let Some(peer) = &self.peer else { return Ok(0) };
        peer.count().await
    }

    fn count(&self) -> u32 {
        1
    }
}

/// Polls the future, not in the first poll of the handler, and drops it after `wait`.
async fn drop_pending(future: impl Future, wait: Duration) {
    yield_now().await;
    let mut future = Box::pin(future);
    assert!(poll_once(&mut future).await.is_none());
    sleep(wait).await;
}

async fn pair() -> Result<NodeAddr, CallError> {
    let first = Node { peer: None }.spawn();
    let second = Node { peer: Some(first.clone()) }.spawn();
    first.set_peer(second).await?;
    Ok(first)
}

fn is_deadlock(answer: Result<Result<u32, CallError>, CallError>) -> bool {
    matches!(answer, Ok(Err(CallError::Deadlock(_))))
}

fn clean(report: &ShutdownReport) {
    assert!(report.is_clean(), "{report}");
}

/// Returns whether the deadlock was found only after another timer of the other crate.
async fn is_hidden_until_the_reactor_turns(wait: Duration) -> Result<bool, Box<dyn Error>> {
    assert!(wait < LIMIT, "a dropped timer of another crate hides no deadlock");
    let node = pair().await?;
    let mut round = node.round(DroppedTimer::OfOtherCrate(wait));
    // The detector checks a dozen times in the last three seconds.
    let early = or(async { Some((&mut round).await) }, async {
        sleep(wait + Duration::from_secs(3)).await;
        None
    });
    if let Some(early) = early.await {
        assert!(is_deadlock(early));
        return Ok(false);
    }
    Timer::after(Duration::from_millis(1)).await;
    assert!(is_deadlock(time::timeout(LIMIT, round).await?));
    Ok(true)
}

/// One test, because a timer of another test would turn the reactor.
#[test]
fn a_dropped_timer_of_another_crate_hides_a_deadlock_until_its_reactor_turns()
-> Result<(), Box<dyn Error>> {
    for system in [System::builder().threads(2).build(), System::current_thread()] {
        system.block_on(async {
            for dropped in [DroppedTimer::None, DroppedTimer::OfSystem] {
                let node = pair().await?;
                assert!(is_deadlock(time::timeout(LIMIT, node.round(dropped)).await?));
            }
            // A reactor that is late registers the timer and drops it at once, and the waker is gone.
            let mut waits = (0..).map(|step| Duration::from_millis(5 << step));
            while !is_hidden_until_the_reactor_turns(waits.next().unwrap_or(LIMIT)).await? {}
            clean(&System::current().shutdown(LIMIT).await);
            Ok::<_, Box<dyn Error>>(())
        })?;
    }
    Ok(())
}

#[actor]
struct Sleeper;

#[actor]
impl Sleeper {
    async fn sleep(&self, time: Duration) -> Duration {
        let begun = Instant::now();
        sleep(time).await;
        begun.elapsed()
    }
}

fn timed_out(answer: Result<Duration, CallError>) -> bool {
    matches!(answer, Err(CallError::Timeout { .. }))
}

#[test]
fn a_system_tells_the_time_with_its_own_timers() -> Result<(), Box<dyn Error>> {
    let time = Duration::from_millis(20);
    for system in [System::builder().threads(2).build(), System::current_thread()] {
        system.block_on(async {
            let sleeper = Sleeper.spawn();
            let slept = sleeper.sleep(time).await?;
            assert!((time..LIMIT).contains(&slept), "{slept:?}");
            assert!(timed_out(sleeper.sleep(HOUR).timeout(time).await));
            Ok::<_, CallError>(())
        })?;
        // This thread, and one that no system knows.
        let sleeper = system.spawn(Sleeper);
        let elsewhere = sleeper.clone();
        thread::spawn(move || {
            let begun = Instant::now();
            assert!(timed_out(elsewhere.sleep(HOUR).timeout(time).wait()));
            assert!((time..LIMIT).contains(&begun.elapsed()));
        })
        .join()
        .map_err(|_| "a thread outside of the system has failed")?;
        // The sleeping actors are killed.
        let report = system.block_on(system.shutdown(Duration::ZERO));
        assert!(report.stuck.is_empty(), "{report}");
    }
    Ok(())
}

#[test]
fn a_program_without_signals_ends_with_its_body() {
    let system = System::builder().threads(2).build();
    let sleeper = system.run(async { Sleeper.spawn() });
    assert!(!sleeper.is_alive());
}

#[test]
fn a_shutdown_names_a_stuck_thread_and_does_not_wait_for_it() {
    let (release, released) = mpsc::channel::<()>();
    let (entered, entry) = mpsc::channel();
    let system = System::builder().threads(1).name("stuck").build();
    system
        .spawn_task(async move {
            let _ = entered.send(());
            let _ = released.recv();
        })
        .detach();
    entry.recv().expect("the task runs");
    let report = futures_lite::future::block_on(system.shutdown(Duration::ZERO));
    assert_eq!(report.stuck, ["stuck-0"]);
    drop(release);
}
