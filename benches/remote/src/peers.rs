//! The same with other frameworks, each used as its documentation shows. The measurements are here; what differs is
//! in the modules.

pub mod kameo;
pub mod nats;
pub mod ractor;
pub mod tonic;

use crate::figures::Figures;
use crate::{CALLS, MANY, PAYLOAD, SENDS, WARM_UP};
use std::time::{Duration, Instant};

/// A client of the server. Its clones share the connection.
pub trait Client: Clone + Send + Sync + 'static {
    /// Sends the text and waits for the reply. Returns `false` if there is an error instead.
    fn call(&mut self, text: String) -> impl Future<Output = bool> + Send;
    /// Sends the numbers below [`SENDS`] in order, without waiting for each of them, and then waits until the
    /// server has handled them.
    fn send_all(self) -> impl Future<Output = Handled> + Send;
}

/// The sends that the server has handled.
pub struct Handled {
    pub count: u64,
    /// Those whose number was higher than all numbers before.
    pub in_order: u64,
    /// The time when the last of them was known to be handled.
    pub at: Instant,
}

impl Handled {
    /// All sends, in order, until now.
    pub fn all() -> Self {
        Handled { count: SENDS, in_order: SENDS, at: Instant::now() }
    }
}

/// Counts the sends that arrive.
#[derive(Default)]
pub struct Noted {
    count: u64,
    in_order: u64,
    next: u64,
}

impl Noted {
    pub fn add(&mut self, number: u64) {
        self.count += 1;
        if number >= self.next {
            self.in_order += 1;
            self.next = number + 1;
        }
    }

    pub fn counts(&self) -> (u64, u64) {
        (self.count, self.in_order)
    }
}

async fn call_one_by_one(mut client: impl Client) -> Vec<Duration> {
    let text = "x".repeat(PAYLOAD);
    let mut times = Vec::with_capacity(CALLS as usize);
    for _ in 0..CALLS {
        let start = Instant::now();
        assert!(client.call(text.clone()).await, "a reply");
        times.push(start.elapsed());
    }
    times
}

/// Returns the number of calls that were answered.
async fn call_many(mut client: impl Client, calls: u32) -> u64 {
    let text = "x".repeat(PAYLOAD);
    let mut answered = 0;
    for _ in 0..calls {
        answered += u64::from(client.call(text.clone()).await);
    }
    answered
}

/// Runs the measurements, in the order in which the others run them.
pub async fn measure(mut client: impl Client, figures: Figures) {
    let text = "x".repeat(PAYLOAD);
    for _ in 0..WARM_UP {
        assert!(client.call(text.clone()).await, "a reply");
    }
    let begun = figures.begin();
    let times = call_one_by_one(client.clone()).await;
    figures.end(begun, "calls, 1 in flight", u64::from(CALLS));
    figures.times("call", times);
    let begun = figures.begin();
    let times = tokio::spawn(call_one_by_one(client.clone())).await.expect("it ends");
    figures.end(begun, "calls from a task, 1 in flight", u64::from(CALLS));
    figures.times("call from a task", times);
    for in_flight in [64, 256] {
        let begun = figures.begin();
        let callers: Vec<_> = (0..in_flight)
            .map(|_| tokio::spawn(call_many(client.clone(), MANY / in_flight)))
            .collect();
        let mut answered = 0;
        for caller in callers {
            answered += caller.await.expect("it ends");
        }
        let name = format!("calls, {in_flight} in flight");
        figures.end(begun, &name, answered);
        figures.share(
            &format!("{name}, answered"),
            answered,
            u64::from(MANY / in_flight * in_flight),
        );
    }
    let begun = figures.begin();
    let handled = tokio::spawn(client.send_all()).await.expect("it ends");
    figures.end_at(begun, "sends", handled.count, handled.at);
    figures.share("sends, handled", handled.count, SENDS);
    figures.share("sends, handled in order", handled.in_order, SENDS);
}
