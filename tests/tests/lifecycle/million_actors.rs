//! A million actors alive at once, each called once. Debug builds make do with 100 000.

use actor_core::prelude::*;
use tests::{Mark, Tally};

const MANY: usize = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };

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
    system.block_on(async {
        let before = resident();
        let many: Vec<OneAddr> = (0..MANY).map(|number| One { number }.spawn()).collect();
        for (number, one) in many.iter().enumerate() {
            assert_eq!(one.number().await, Ok(number));
        }
        if let (Some(before), Some(now)) = (before, resident()) {
            // Valid only if this test runs alone.
            let each = now.saturating_sub(before) / MANY;
            println!("{MANY} actors, about {each} bytes each");
        }
        assert!(many.iter().all(|one| one.is_alive()));
        let last = many[MANY - 1].downgrade();
        drop(many);
        assert!(matches!(last.join().await, Exit::Stopped | Exit::NoActor));
    });
}

/// How many bytes of this process are in memory, where that can be asked.
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
    const SOME: usize = MANY / 10;
    system.block_on(async {
        let dropped = Tally::default();
        let mut weak = Vec::with_capacity(SOME);
        for number in 0..SOME {
            let counted = Counted { _mark: dropped.mark() }.spawn();
            if number % 2 == 0 {
                counted.ping().await.unwrap();
            }
            weak.push(counted.downgrade());
        }
        dropped.reaches(SOME).await;
        for weak in weak {
            while weak.join().await != Exit::NoActor {
                futures_lite::future::yield_now().await;
            }
        }
        assert_eq!(dropped.count(), SOME);
    });
}
