//! `rate_limiter`: at most so many at once, and then so many a time. Who finds no token waits in line.

use std::collections::VecDeque;
use std::time::Duration;

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use actor_core::time::now;

const BURST: usize = 3;
const PERIOD: Duration = Duration::from_millis(20);

/// A bucket of tokens; one comes back each period.
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

    /// Answers when it is one's turn.
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
            // Whoever has gone meanwhile costs no token.
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
    // Last in the line, and with the least time.
    let impatient = limiter.acquire().timeout(PERIOD / 20);
    let (served, impatient) = zip(join_all(requests), impatient).await;
    let served: Vec<(usize, Duration)> = served.into_iter().collect::<Result<_, CallError>>()?;

    for (number, waited) in &served {
        // The first three find a token; each further one waits for one more period.
        let due = PERIOD * u32::try_from((number + 1).saturating_sub(BURST)).unwrap_or(0);
        println!("request {number}: {}", if *waited >= due { "not too early" } else { "early!" });
    }
    let gave_up = matches!(impatient, Err(CallError::Timeout { .. }));
    println!("who does not want to wait: {}", if gave_up { "gave up" } else { "was served!" });
    Ok(())
}
