//! Failures: outages in the middle of a handler, and kills from outside.

use std::fmt;
use std::panic::{panic_any, set_hook, take_hook};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actor_core::Addr;
use actor_core::time::sleep;

use crate::account::AccountAddr;
use crate::teller::TellerAddr;

/// The time between two kills.
const PAUSE: Duration = Duration::from_micros(300);

/// The panic payload of an outage.
struct Outage;

/// Suppresses the output of outages; any other panic is still printed.
pub fn be_quiet_about_outages() {
    let tell = take_hook();
    set_hook(Box::new(move |panic| {
        if !panic.payload().is::<Outage>() {
            tell(panic);
        }
    }));
}

pub struct Storm {
    rare: Option<u64>,
    rolled: AtomicU64,
    outages: AtomicU64,
    kills: AtomicU64,
}

impl Storm {
    /// A handler has an outage once in `rare` chances; without it, none occur. Outages are chosen
    /// by `seed`.
    pub fn new(rare: Option<u64>, seed: u64) -> Self {
        let (outages, kills) = Default::default();
        Storm { rare, rolled: AtomicU64::new(seed), outages, kills }
    }

    /// Panics occasionally.
    pub fn strike(&self) {
        if self.rare.is_some_and(|rare| self.roll().is_multiple_of(rare)) {
            self.outages.fetch_add(1, Ordering::Relaxed);
            panic_any(Outage);
        }
    }

    /// Kills a random actor at intervals, forever.
    pub async fn rage(&self, accounts: &[AccountAddr], tellers: &[TellerAddr]) {
        if self.rare.is_none() {
            return std::future::pending().await;
        }
        loop {
            self.kill_one(accounts, tellers);
            sleep(PAUSE).await;
        }
    }

    /// Kills a random actor.
    pub fn kill_one(&self, accounts: &[AccountAddr], tellers: &[TellerAddr]) {
        let victim = self.roll();
        match pick(tellers, victim / 4) {
            Some(teller) if victim.is_multiple_of(4) => Addr::kill(teller),
            _ => pick(accounts, victim / 4).into_iter().for_each(|account| account.kill()),
        }
        self.kills.fetch_add(1, Ordering::Relaxed);
    }

    fn roll(&self) -> u64 {
        scramble(self.rolled.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for Storm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (outages, kills) = (&self.outages, &self.kills);
        write!(
            f,
            "{} outages, {} kills",
            outages.load(Ordering::Relaxed),
            kills.load(Ordering::Relaxed)
        )
    }
}

/// Maps each number to a random-looking one (splitmix64).
pub fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn pick<T>(from: &[T], number: u64) -> Option<&T> {
    let count = u64::try_from(from.len()).ok()?;
    from.get(usize::try_from(number.checked_rem(count)?).ok()?)
}
