//! The timers, streams and futures of a member: they share the member with the messages of the pool, send to
//! their own member, and keep the pool open as they keep an actor alive.

use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_core::{Failure, time::sleep};
use futures_lite::future::poll_once;
use futures_lite::stream;
use std::time::Duration;
use tests::{Gate, Tally};

#[actor]
struct Worker {
    go: Gate,
    entered: Tally,
    /// The numbers of the members that have handled the end of a stream.
    ends: async_channel::Sender<(usize, usize)>,
}

#[actor]
impl Worker {
    /// Ticks more often than the member can handle.
    fn overload(&self, context: &Context<Self>) {
        context.every(Duration::from_millis(1), |me| me.tick()).detach();
    }

    async fn tick(&mut self) {
        self.entered.add();
        sleep(Duration::from_millis(3)).await;
    }

    /// Attaches a stream that always has an item.
    fn read_endlessly(&self, context: &Context<Self>) {
        context.attach(stream::repeat(()), |me, ()| me.item()).detach();
    }

    async fn item(&mut self) {
        self.entered.add();
        for _ in 0..10 {
            yield_now().await;
        }
    }

    fn quick(&self, context: &Context<Self>) -> Option<usize> {
        context.pool_index()
    }

    fn pipe(&self, context: &Context<Self>) {
        let go = self.go.clone();
        context.pipe(async move { go.pass().await }, |me, piped| me.piped(piped));
    }

    fn piped(&mut self, _outcome: Result<(), Failure>) {
        self.entered.add();
    }

    fn attach(&self, context: &Context<Self>) {
        let go = self.go.clone();
        let items = stream::once_future(Box::pin(async move { go.pass().await }));
        context.attach(items, |me, ()| me.item()).detach();
    }

    fn attach_empty(&self, context: &Context<Self>) {
        let number = context.pool_index().unwrap();
        context
            .attach(stream::empty::<()>(), |me, ()| me.item())
            .on_end(move |me| me.ended(number))
            .detach();
    }

    fn ended(&mut self, number: usize, context: &Context<Self>) {
        self.ends.try_send((number, context.pool_index().unwrap())).unwrap();
    }
}

struct Pool {
    address: WorkerAddr,
    go: Gate,
    entered: Tally,
    ends: async_channel::Receiver<(usize, usize)>,
}

fn pool(members: usize) -> Pool {
    let (go, entered, (sender, ends)) = (Gate::new(), Tally::default(), async_channel::unbounded());
    let (to_go, to_enter) = (go.clone(), entered.clone());
    let make =
        move || Worker { go: to_go.clone(), entered: to_enter.clone(), ends: sender.clone() };
    Pool { address: Worker::pool(members, make), go, entered, ends }
}

pub fn a_member_that_always_has_a_tick_takes_messages_of_the_pool_and_ends(system: &System) {
    system.block_on(async {
        let Pool { address, entered, .. } = pool(1);
        address.overload().await.unwrap();
        entered.reaches(2).await;
        for _ in 0..3 {
            assert_eq!(address.quick().await, Ok(Some(0)));
        }
        address.stop();
        assert_eq!(address.join().await, Exit::Stopped);
    });
}

pub fn a_member_that_always_has_an_item_takes_messages_of_the_pool_and_ends(system: &System) {
    system.block_on(async {
        let Pool { address, entered, .. } = pool(1);
        address.read_endlessly().await.unwrap();
        entered.reaches(2).await;
        for _ in 0..3 {
            assert_eq!(address.quick().await, Ok(Some(0)));
        }
        address.stop();
        assert_eq!(address.join().await, Exit::Stopped);
    });
}

pub fn the_end_of_a_stream_is_handled_by_the_member_that_attached_it(system: &System) {
    system.block_on(async {
        let Pool { address, ends, .. } = pool(3);
        for _ in 0..20 {
            address.attach_empty().await.unwrap();
            let (attached, ended) = ends.recv().await.unwrap();
            assert_eq!(attached, ended);
        }
    });
}

pub fn a_future_or_stream_of_a_member_keeps_its_pool_open(system: &System) {
    system.block_on(async {
        for is_piped in [true, false] {
            let Pool { address, go, entered, .. } = pool(2);
            if is_piped {
                address.pipe().await.unwrap();
            } else {
                address.attach().await.unwrap();
            }
            let mut end = address.join();
            drop(address);
            for _ in 0..20 {
                yield_now().await;
            }
            assert!(poll_once(&mut end).await.is_none());
            go.open();
            assert_eq!(end.await, Exit::Stopped);
            assert_eq!(entered.count(), 1);
        }
    });
}
