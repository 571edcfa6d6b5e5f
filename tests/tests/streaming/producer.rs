//! Neither wait of a stream is an edge of the deadlock rule.

use actor_core::prelude::*;
use futures_lite::StreamExt;
use tests::reached;

/// Reads from the producer, which waits for it meanwhile.
#[actor]
struct Consumer {
    producer: ProducerAddr,
}

#[actor]
impl Consumer {
    async fn sum(&mut self, count: u32) -> u32 {
        let mut numbers = self.producer.numbers(count).stream_of(1);
        let mut sum = 0;
        while let Some(Ok(number)) = numbers.next().await {
            sum += number;
        }
        sum
    }
}

#[actor]
struct Producer;

#[actor(remote)]
impl Producer {
    async fn numbers(&mut self, count: u32, replies: Replies<u32>) {
        for number in 0..count {
            if replies.send(number).await.is_err() {
                return;
            }
        }
    }

    /// Reads its own stream from a task of its life.
    fn read_own(&mut self, context: &Context<Self>, reply: Reply<u32>) {
        let me = context.address();
        let task = async move {
            let numbers: Vec<_> = me.numbers(10).stream_of(1).collect().await;
            let _ = reply.send(u32::try_from(numbers.len()).unwrap());
        };
        context.spawn_task(task).detach();
    }
}

pub fn a_producer_that_waits_for_its_reader_is_no_deadlock(system: &System) {
    system.block_on(async {
        let consumer = Consumer { producer: reached(Producer.spawn()).await }.spawn();
        assert_eq!(consumer.sum(100).await, Ok(4950));
    });
}

pub fn an_actor_may_read_its_own_stream_from_a_task(system: &System) {
    system.block_on(async {
        assert_eq!(reached(Producer.spawn()).await.read_own().await, Ok(10));
    });
}
