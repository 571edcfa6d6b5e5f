//! What goes wrong: outages in the middle of a handler, and kills from outside.

use std::fmt;
use std::panic::{panic_any, set_hook, take_hook};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actor_core::Addr;
use actor_core::time::sleep;

use crate::account::AccountAddr;
use crate::teller::TellerAddr;

/// A handler meets an outage once in so many times it could.
const RARE: u64 = 400;

/// The time between two kills.
const PAUSE: Duration = Duration::from_micros(300);

/// What an outage panics with.
struct Outage;

/// Leaves outages out of what is printed; any other panic is still told.
pub fn be_quiet_about_outages() {
    let tell = take_hook();
    set_hook(Box::new(move |panic| {
        if !panic.payload().is::<Outage>() {
            tell(panic);
        }
    }));
}

pub struct Storm {
    is_calm: bool,
    rolled: AtomicU64,
    outages: AtomicU64,
    kills: AtomicU64,
}

impl Storm {
    pub fn new(is_calm: bool) -> Self {
        let (rolled, outages, kills) = Default::default();
        Storm { is_calm, rolled, outages, kills }
    }

    /// Panics now and then.
    pub fn strike(&self) {
        if !self.is_calm && self.roll().is_multiple_of(RARE) {
            self.outages.fetch_add(1, Ordering::Relaxed);
            panic_any(Outage);
        }
    }

    /// Kills somebody now and then, for ever.
    pub async fn rage(&self, accounts: &[AccountAddr], tellers: &[TellerAddr]) {
        if self.is_calm {
            return std::future::pending().await;
        }
        loop {
            let victim = self.roll();
            match pick(tellers, victim / 4) {
                Some(teller) if victim.is_multiple_of(4) => Addr::kill(teller),
                _ => pick(accounts, victim / 4).into_iter().for_each(|account| account.kill()),
            }
            self.kills.fetch_add(1, Ordering::Relaxed);
            sleep(PAUSE).await;
        }
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

/// Makes a number that looks random of each number (splitmix64).
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
