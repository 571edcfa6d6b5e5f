//! `pipeline`: three stages with small mailboxes. The slowest stage sets the pace, and no queue
//! grows.

use std::time::Duration;

use actor_core::prelude::*;

/// First stage: produces numbers as fast as it may.
#[actor]
struct Source {
    next: SquareAddr,
}

#[actor]
impl Source {
    /// Returns the longest queue it has observed in front of itself.
    async fn run(&mut self, count: u64) -> Result<usize, CallError> {
        let mut longest = 0;
        for number in 1..=count {
            self.next.square(number).send().await?; // waits for capacity: this is the back-pressure
            longest = longest.max(self.next.len());
        }
        Ok(longest)
    }
}

#[actor(capacity = 4)]
struct Square {
    next: SumAddr,
}

#[actor]
impl Square {
    async fn square(&mut self, number: u64) -> Result<(), CallError> {
        Ok(self.next.add(number * number).send().await?)
    }
}

/// Last stage: a slow one.
#[actor(capacity = 4)]
struct Sum {
    total: u64,
}

#[actor]
impl Sum {
    async fn add(&mut self, number: u64) {
        actor_core::time::sleep(Duration::from_micros(100)).await;
        self.total += number;
    }

    #[message(last)]
    fn total(self) -> u64 {
        self.total
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let sum = Sum { total: 0 }.spawn();
    let square = Square { next: sum.clone() }.spawn();
    let source = Source { next: square.clone() }.spawn();

    let longest = source.run(100).await??;
    square.stop();
    square.join().await; // all its messages have reached the last stage
    println!("sum of squares: {}", sum.total().await?);
    println!("never more than {} waited: {}", 4, longest <= 4);
    Ok(())
}
