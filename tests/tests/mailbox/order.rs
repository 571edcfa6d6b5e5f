//! Messages from one sender to one receiver are handled in FIFO order.

use actor_core::future::join_all;
use actor_core::prelude::*;
use tests::Gate;

const SENDERS: usize = 4;

/// A million messages with `ACTOR_TESTS=full`.
fn each() -> u64 {
    tests::sized(50_000, 250_000) as u64
}

/// Knows the last number of each sender.
#[actor]
struct Orderly {
    last: [u64; SENDERS],
    disorder: usize,
}

#[actor]
impl Orderly {
    fn note(&mut self, sender: usize, number: u64) {
        if number != self.last[sender] + 1 {
            self.disorder += 1;
        }
        self.last[sender] = number;
    }

    fn seen(&self) -> ([u64; SENDERS], usize) {
        (self.last, self.disorder)
    }
}

/// The same with a handler that is occasionally pending in the middle of a batch.
#[actor]
struct OrderlyLater {
    last: [u64; SENDERS],
    disorder: usize,
}

#[actor]
impl OrderlyLater {
    async fn note(&mut self, sender: usize, number: u64) {
        if number.is_multiple_of(13) {
            futures_lite::future::yield_now().await;
        }
        if number != self.last[sender] + 1 {
            self.disorder += 1;
        }
        self.last[sender] = number;
    }

    fn seen(&self) -> ([u64; SENDERS], usize) {
        (self.last, self.disorder)
    }
}

/// One sender, using the verbs of a call in turn, each after the one before has been accepted.
macro_rules! send_in_order {
    ($address:expr, $sender:expr, $start:expr, $each:expr) => {{
        let (address, sender, start) = ($address.clone(), $sender, $start.clone());
        actor_core::spawn_task(async move {
            start.pass().await;
            for number in 1..=$each {
                match number % 1000 {
                    0 => address.note(sender, number).await.unwrap(),
                    odd if odd % 2 == 1 => {
                        if let Err(error) = address.note(sender, number).try_send() {
                            assert_eq!(error.reason(), SendReason::Full);
                            address.note(sender, number).send().await.unwrap();
                        }
                    }
                    _ => address.note(sender, number).send().await.unwrap(),
                }
            }
        })
    }};
}

pub fn order_holds_over_a_million_messages_from_four_senders(system: &System) {
    let each = each();
    system.block_on(async {
        let orderly = Orderly { last: [0; SENDERS], disorder: 0 }.spawn();
        let start = Gate::new();
        let senders = (0..SENDERS).map(|sender| send_in_order!(orderly, sender, start, each));
        let senders: Vec<_> = senders.collect();
        start.open();
        join_all(senders).await;
        assert_eq!(orderly.seen().await, Ok(([each; SENDERS], 0)));
    });
}

pub fn order_holds_over_pending_handlers(system: &System) {
    const EACH: u64 = 25_000;
    system.block_on(async {
        let orderly = OrderlyLater { last: [0; SENDERS], disorder: 0 }.spawn();
        let start = Gate::new();
        let senders = (0..SENDERS).map(|sender| send_in_order!(orderly, sender, start, EACH));
        let senders: Vec<_> = senders.collect();
        start.open();
        join_all(senders).await;
        assert_eq!(orderly.seen().await, Ok(([EACH; SENDERS], 0)));
    });
}
