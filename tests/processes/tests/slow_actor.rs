//! An actor that is slower than its senders. This test is alone in its process, whose memory it measures.

use actor_remote::Node;
use processes::{Process, SOON, StoreAddr, free_port, memory_of, run};
use std::time::{Duration, Instant};

/// The numbers of calls that took up to 100 us, 200 us, and so on. Its size does not depend on the number of calls.
struct Times(Vec<u32>);

impl Times {
    const STEP: Duration = Duration::from_micros(100);

    fn new() -> Self {
        Times(vec![0; 20_000])
    }

    fn add(&mut self, time: Duration) {
        let place = time.as_micros() / Self::STEP.as_micros();
        let last = self.0.len() - 1;
        self.0[usize::try_from(place).map_or(last, |place| place.min(last))] += 1;
    }

    /// Returns the time that 99 % of the calls did not exceed.
    fn most(&self) -> Duration {
        let mut slower: u32 = self.0.iter().sum();
        let hundredth = slower / 100;
        let place = self.0.iter().position(|count| {
            slower -= count;
            slower <= hundredth
        });
        Self::STEP * u32::try_from(place.unwrap() + 1).unwrap()
    }
}

/// Calls another actor of the peer until `load` is over, and returns the time that 99 % of the calls did not exceed.
async fn times_during(other: &StoreAddr, load: impl Future<Output = ()>) -> Duration {
    let times = std::cell::RefCell::new(Times::new());
    let calls = async {
        loop {
            let start = Instant::now();
            other.add(1).await.unwrap();
            times.borrow_mut().add(start.elapsed());
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
    };
    futures_lite::future::or(load, calls).await;
    times.into_inner().most()
}

#[test]
fn a_slow_actor_holds_up_its_senders_and_nothing_else() {
    /// The number of KiB by which the memory of a process may grow.
    const MOST: u64 = 2 * 1024;
    // On a busy machine, a call can take that long at any time.
    const BUSY: Duration = Duration::from_millis(20);
    // The mailboxes and windows on the way hold fewer messages than that.
    let is_full = std::env::var("ACTOR_TESTS").is_ok_and(|it| it == "full");
    let count = if is_full { 1_000_000 } else { 6_000 };
    run(async {
        let endpoint = format!("tcp/127.0.0.1:{}", free_port());
        let peer = Process::start(env!("CARGO_BIN_EXE_peer"), &[&endpoint, "-", "5000"]);
        let node = Node::connect(&endpoint).await.unwrap();
        let store: StoreAddr = node.wait_for("store", SOON).await.unwrap();
        let other: StoreAddr = node.wait_for("other", SOON).await.unwrap();
        let pause = || async { actor_core::time::sleep(Duration::from_secs(2)).await };
        let alone = times_during(&other, pause()).await;
        let memory = || [memory_of(std::process::id()), peer.memory()];
        let before = memory();
        let load = async {
            for number in 0..count {
                store.occupy(1).send().await.unwrap();
                if number % 50_000 == 0 {
                    println!("{number} messages sent, memory in KiB: {:?}", memory());
                }
            }
        };
        let loaded = times_during(&other, load).await;
        let after = memory();
        println!(
            "99 % of the calls took at most {alone:.1?} alone, {loaded:.1?} with a slow actor"
        );
        println!("memory in KiB: {before:?}, then {after:?}");
        // A queue without a bound would hold a call up for seconds.
        assert!(loaded < 5 * alone.max(BUSY), "{alone:?} alone, {loaded:?} with a slow actor");
        for (before, after) in before.into_iter().zip(after) {
            assert!(after < before + MOST, "{before} KiB grew to {after} KiB");
        }
    });
}
