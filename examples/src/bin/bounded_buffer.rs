//! `bounded_buffer`: `put` waits while the buffer is full, `take` waits while it is empty. Two
//! guards implement this, without explicit waiting.

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use std::collections::VecDeque;

const ROOM: usize = 4;
const ITEMS: u32 = 100;

#[actor]
#[derive(Default)]
struct Buffer {
    items: VecDeque<u32>,
    most: usize,
}

#[actor]
impl Buffer {
    #[message(when = self.items.len() < ROOM)]
    fn put(&mut self, item: u32) {
        self.items.push_back(item);
        self.most = self.most.max(self.items.len());
    }

    #[message(when = !self.items.is_empty())]
    fn take(&mut self) -> u32 {
        self.items.pop_front().expect("the guard has seen one")
    }

    /// Returns the largest number of items held at once.
    fn most(&self) -> usize {
        self.most
    }
}

async fn produce(buffer: BufferAddr) -> Result<(), CallError> {
    for item in 1..=ITEMS {
        buffer.put(item).await?;
    }
    Ok(())
}

async fn consume(buffer: BufferAddr) -> Result<u32, CallError> {
    let mut sum = 0;
    for _ in 0..ITEMS {
        sum += buffer.take().await?;
    }
    Ok(sum)
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let buffer = Buffer::default().spawn();
    // The buffer is empty, so the first `take` waits for the first `put`.
    let consumers = (0..3).map(|_| actor_core::spawn_task(consume(buffer.clone())));
    let consumers: Vec<_> = consumers.collect();
    let producers = (0..3).map(|_| actor_core::spawn_task(produce(buffer.clone())));
    let (sums, puts) = zip(join_all(consumers), join_all(producers)).await;
    puts.into_iter().collect::<Result<(), _>>()?;
    let sums: Vec<u32> = sums.into_iter().collect::<Result<_, _>>()?;
    println!("{} items, which sum up to {}", 3 * ITEMS, sums.iter().sum::<u32>());
    println!("never more than {ROOM} at a time: {}", buffer.most().await? <= ROOM);
    Ok(())
}
