//! A million actors alive at once, each called once: in a release build with `ACTOR_TESTS=full`.

use actor_core::prelude::*;
use tests::{Mark, Tally};

fn many() -> usize {
    tests::sized(20_000, if cfg!(debug_assertions) { 100_000 } else { 1_000_000 })
}

/// One of very many.
#[actor]
struct One {
    number: usize,
}

#[actor]
impl One {
    fn number(&self) -> usize {
        self.number
    }
}

pub fn a_million_actors_alive_at_once_each_called_once(system: &System) {
    let count = many();
    system.block_on(async {
        let before = resident();
        let many: Vec<OneAddr> = (0..count).map(|number| One { number }.spawn()).collect();
        for (number, one) in many.iter().enumerate() {
            assert_eq!(one.number().await, Ok(number));
        }
        if let (Some(before), Some(now)) = (before, resident()) {
            // Valid only if this test runs alone.
            let each = now.saturating_sub(before) / count;
            println!("{count} actors, about {each} bytes each");
        }
        assert!(many.iter().all(|one| one.is_alive()));
        let last = many[count - 1].downgrade();
        drop(many);
        assert!(matches!(last.join().await, Exit::Stopped | Exit::NoActor));
    });
}

/// The number of bytes of this process in memory, on platforms that report it.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// One of many actors whose end is counted.
#[actor]
struct Counted {
    _mark: Mark,
}

#[actor]
impl Counted {
    fn ping(&self) {}
}

pub fn many_actors_leave_nothing_when_their_addresses_go(system: &System) {
    let some = many() / 10;
    system.block_on(async {
        let dropped = Tally::default();
        let mut weak = Vec::with_capacity(some);
        for number in 0..some {
            let counted = Counted { _mark: dropped.mark() }.spawn();
            if number % 2 == 0 {
                counted.ping().await.unwrap();
            }
            weak.push(counted.downgrade());
        }
        dropped.reaches(some).await;
        for weak in weak {
            while weak.join().await != Exit::NoActor {
                futures_lite::future::yield_now().await;
            }
        }
        assert_eq!(dropped.count(), some);
    });
}
