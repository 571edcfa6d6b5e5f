//! `throttle`: a token bucket in front of any address. A message that finds no token is refused, or waits.

use std::time::{Duration, Instant};

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::proxy::{self, Proxy};
use actor_core::time::{now, sleep};
use actor_core::{Protocol, TypedAddr};

/// A bucket of `burst` tokens that gets one more each `period`, up to `burst`.
struct Bucket {
    burst: u32,
    period: Duration,
    /// The time at which the bucket is full again.
    full: Instant,
}

impl Bucket {
    fn new(burst: u32, period: Duration) -> Self {
        Bucket { burst, period, full: now() }
    }

    /// Takes a token. If there is none, returns the time until the next one.
    fn take(&mut self) -> Result<(), Duration> {
        let now = now();
        let full = self.full.max(now) + self.period;
        let missing = (full - now).saturating_sub(self.period * self.burst);
        if missing > Duration::ZERO {
            return Err(missing);
        }
        self.full = full;
        Ok(())
    }
}

/// Works for the address of any actor or protocol.
struct Throttle<A> {
    to: A,
    bucket: Bucket,
    /// Whether messages without a token wait, and then their senders. Otherwise they are refused.
    waits: bool,
}

impl<A: TypedAddr<Actor: Protocol> + Send + Sync + 'static> Proxy<A::Actor> for Throttle<A> {
    async fn forward(&mut self, message: <A::Actor as Protocol>::Message) {
        let to = self.to.as_ref();
        while let Err(missing) = self.bucket.take() {
            if !self.waits {
                // As if the mailbox were full: certainly not handled. A send becomes an incident.
                return proxy::refuse(to, message, CallError::Full);
            }
            // Meanwhile, messages wait in the mailbox of the proxy, in FIFO order.
            sleep(missing).await;
        }
        proxy::forward_or_discard(to, message).await;
    }
}

#[actor]
struct Printer;

#[actor]
impl Printer {
    fn print(&mut self, page: u32) -> u32 {
        page
    }
}

async fn print_all(printer: &PrinterAddr) {
    let begun = now();
    let pages = (1..=5).map(|page| async move {
        let printed = printer.print(page).await;
        (page, printed, (now() - begun).as_secs())
    });
    for (page, printed, seconds) in join_all(pages).await {
        match printed {
            Ok(page) => println!("page {page} after {seconds} s"),
            Err(error) => println!("page {page} after {seconds} s: {error}"),
        }
    }
}

fn main() {
    System::simulation(1).block_on(async {
        for waits in [false, true] {
            println!("{}", if waits { "messages wait:" } else { "messages are refused:" });
            let bucket = Bucket::new(3, Duration::from_secs(1));
            let throttle = Throttle { to: Printer.spawn(), bucket, waits };
            let (printer, _control) = proxy::prepare(throttle).spawn();
            print_all(&printer).await;
            sleep(Duration::from_secs(1)).await;
            println!("a second later:");
            print_all(&printer).await;
        }
    });
}
