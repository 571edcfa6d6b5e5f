//! Patterns, `mut`, `_`, contexts, replies and functions as arguments; every receiver.
#![deny(warnings)]

use actor_core::prelude::*;

#[actor]
pub struct Counter {
    total: u64,
    kept: Vec<Reply<u64>>,
}

macro_rules! with_total {
    () => {
        pub fn with_total(total: u64) -> Self {
            Self { total, kept: Vec::new() }
        }
    };
}

#[actor]
impl Counter {
    const SIZE: usize = 2;

    with_total! {}

    pub fn patterns(&self, (a, b): (u64, u64), _: u8, _x: u8, mut c: u64, arg0: u64) -> u64 {
        c += a + b + arg0;
        c + self.total
    }

    pub fn typed(self: &Self, parts: [u64; Self::SIZE]) -> u64 {
        parts.iter().sum()
    }

    pub fn typed_mut(self: &mut Self, change: Box<dyn Fn(&u64) -> u64 + Send>) {
        self.total = change(&self.total);
    }

    pub async fn with_context(&mut self, amount: u64, context: &Context<Self>) -> ActorId {
        self.total += amount;
        context.id()
    }

    pub fn later(&mut self, context: &Context<Counter>, reply: Reply<u64>) {
        let _ = context;
        self.kept.push(reply);
    }

    pub fn keep(&mut self, #[data] reply: Reply<u64>) -> usize {
        self.kept.push(reply);
        self.kept.len()
    }

    pub fn answer(&mut self) {
        for reply in self.kept.drain(..) {
            let _ = reply.send(self.total);
        }
    }

    #[message(last)]
    pub async fn close(self) -> u64 {
        self.total
    }

    #[on_start]
    async fn begin(&mut self, context: &mut Context<Self>) -> Result<(), std::fmt::Error> {
        let _ = context;
        self.total += 1;
        Ok(())
    }

    #[on_exit]
    fn gone(&mut self, context: &Context<Self>, id: ActorId, exit: Exit) {
        let _ = (context, id, exit);
    }

    pub fn new() -> Self {
        Self { total: 0, kept: Vec::new() }
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    assert_eq!(Counter::with_total(1).total, 1);
    let counter = Counter::new().spawn();
    assert_eq!(counter.patterns((1, 2), 0, 0, 3, 4).await?, 11);
    assert_eq!(counter.typed([1, 2]).await?, 3);
    counter.typed_mut(Box::new(|total| total + 1)).await?;
    counter.with_context(3).await?;
    counter.answer().await?;
    assert_eq!(counter.close().await?, 5);
    assert_eq!(counter.close().await, Err(CallError::Stopped));
    Ok(())
}
