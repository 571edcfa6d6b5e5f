//! The test that the guide's quick start shows.

use actor_core::prelude::*;

#[actor]
struct Stock {
    apples: u32,
}

#[actor]
impl Stock {
    fn take(&mut self, count: u32) -> Result<u32, String> {
        self.apples = self.apples.checked_sub(count).ok_or("not enough apples")?;
        Ok(self.apples)
    }
}

// ANCHOR: test
#[actor_core::test(seeds = 100)]
async fn the_last_apple_is_sold_once() {
    let stock = Stock { apples: 1 }.spawn();
    let (one, other) = actor_core::future::zip(stock.take(1), stock.take(1)).await;
    let sold = [one, other].iter().filter(|answer| matches!(answer, Ok(Ok(_)))).count();
    assert_eq!(sold, 1);
}
// ANCHOR_END: test
