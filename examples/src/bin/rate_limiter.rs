//! `rate_limiter`: a token bucket with a burst size and a rate. Callers that find no token wait in
//! FIFO order.

use std::collections::VecDeque;
use std::time::Duration;

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use actor_core::time::now;

const BURST: usize = 3;
const PERIOD: Duration = Duration::from_millis(20);

/// A bucket of tokens; one is added each period.
#[actor]
struct Limiter {
    tokens: usize,
    line: VecDeque<Reply<()>>,
}

#[actor]
impl Limiter {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        context.every(PERIOD, |me| me.refill()).detach();
    }

    /// Replies when the caller gets a token.
    fn acquire(&mut self, reply: Reply<()>) {
        self.line.push_back(reply);
        self.serve();
    }

    fn refill(&mut self) {
        self.tokens = (self.tokens + 1).min(BURST);
        self.serve();
    }

    #[message(skip)]
    fn serve(&mut self) {
        while self.tokens > 0 {
            let Some(next) = self.line.pop_front() else { return };
            // A caller that is gone costs no token.
            self.tokens -= usize::from(next.send(()).is_ok());
        }
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let start = now();
    let limiter = Limiter { tokens: BURST, line: VecDeque::new() }.spawn();
    let requests = (0..8).map(|number| {
        let limiter = &limiter;
        async move {
            limiter.acquire().await?;
            Ok((number, now() - start))
        }
    });
    // Last in line, and with the shortest timeout.
    let impatient = limiter.acquire().timeout(PERIOD / 20);
    let (served, impatient) = zip(join_all(requests), impatient).await;
    let served: Vec<(usize, Duration)> = served.into_iter().collect::<Result<_, CallError>>()?;

    for (number, waited) in &served {
        // The first three find a token; each further caller waits for one more period.
        let due = PERIOD * u32::try_from((number + 1).saturating_sub(BURST)).unwrap_or(0);
        println!("request {number}: {}", if *waited >= due { "not too early" } else { "early!" });
    }
    let gave_up = matches!(impatient, Err(CallError::Timeout { .. }));
    println!("a client that does not wait: {}", if gave_up { "gave up" } else { "was served!" });
    Ok(())
}
