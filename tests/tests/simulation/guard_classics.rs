//! The classics, written with `when` only, under a thousand schedules each.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::time::sleep;
use actor_core::{simulation::Sim, spawn_task};
use std::collections::VecDeque;
use std::time::Duration;

/// Takes a little while, by the seed.
async fn pause() {
    sleep(Duration::from_millis(actor_core::rng().u64(..3))).await;
}

#[actor]
struct Buffer {
    items: VecDeque<u32>,
    room: usize,
}

#[actor]
impl Buffer {
    #[message(when = self.items.len() < self.room)]
    fn put(&mut self, item: u32) {
        self.items.push_back(item);
        assert!(self.items.len() <= self.room);
    }

    #[message(when = !self.items.is_empty())]
    fn take(&mut self) -> Option<u32> {
        self.items.pop_front()
    }
}

#[actor_core::test(seeds = 1000)]
async fn a_bounded_buffer_loses_nothing_and_keeps_the_order() {
    let buffer = Buffer { items: VecDeque::new(), room: 2 }.spawn();
    let to = buffer.clone();
    let producer = spawn_task(async move {
        for item in 0..10 {
            to.put(item).await.unwrap();
            pause().await;
        }
    });
    for item in 0..10 {
        pause().await;
        assert_eq!(buffer.take().await, Ok(Some(item)));
    }
    producer.await;
}

/// Readers share, a writer is alone.
#[actor]
struct Lock {
    readers: u32,
    has_writer: bool,
}

#[actor]
impl Lock {
    #[message(when = !self.has_writer)]
    fn begin_read(&mut self) {
        self.readers += 1;
    }

    #[message(unbounded)]
    fn end_read(&mut self) {
        self.readers -= 1;
    }

    #[message(when = self.readers == 0 && !self.has_writer)]
    fn begin_write(&mut self) {
        self.has_writer = true;
    }

    #[message(unbounded)]
    fn end_write(&mut self) {
        self.has_writer = false;
    }
}

/// The data under the lock: the actor that is inside.
#[derive(Default)]
struct Inside {
    readers: u32,
    writers: u32,
    most: u32,
}

#[actor_core::test(seeds = 1000)]
async fn readers_share_and_writers_are_alone() {
    let lock = Lock { readers: 0, has_writer: false }.spawn();
    let inside = std::sync::Arc::new(std::sync::Mutex::new(Inside::default()));
    let tasks = (0..6).map(|number| {
        let (lock, inside) = (lock.clone(), inside.clone());
        spawn_task(async move {
            pause().await;
            if number % 3 == 0 {
                lock.begin_write().await.unwrap();
                inside.lock().unwrap().writers += 1;
                pause().await;
                let mut inside = inside.lock().unwrap();
                assert_eq!((inside.writers, inside.readers), (1, 0));
                inside.writers -= 1;
                lock.end_write().try_send().unwrap();
            } else {
                lock.begin_read().await.unwrap();
                inside.lock().unwrap().readers += 1;
                pause().await;
                let mut inside = inside.lock().unwrap();
                assert_eq!(inside.writers, 0);
                inside.most = inside.most.max(inside.readers);
                inside.readers -= 1;
                lock.end_read().try_send().unwrap();
            }
        })
    });
    join_all(tasks.collect::<Vec<_>>()).await;
    assert!(inside.lock().unwrap().most >= 1);
}

/// A barber that sleeps when there are no customers, and a number of chairs.
#[actor]
struct Shop {
    waiting: VecDeque<u32>,
    chairs: usize,
}

#[actor]
impl Shop {
    fn come_in(&mut self, customer: u32) -> bool {
        let has_chair = self.waiting.len() < self.chairs;
        if has_chair {
            self.waiting.push_back(customer);
        }
        has_chair
    }

    #[message(when = !self.waiting.is_empty())]
    fn next(&mut self) -> Option<u32> {
        self.waiting.pop_front()
    }
}

#[actor_core::test(seeds = 1000)]
async fn the_barber_serves_each_seated_customer_once(sim: Sim) {
    let shop = Shop { waiting: VecDeque::new(), chairs: 2 }.spawn();
    let served = actor_core::simulation::Probe::new();
    let (at, told) = (shop.clone(), served.clone());
    let barber = spawn_task(async move {
        loop {
            let Ok(Some(customer)) = at.next().await else { return };
            pause().await;
            told.tell(customer);
        }
    });
    let customers = (0..8).map(|customer| {
        let shop = shop.clone();
        spawn_task(async move {
            pause().await;
            shop.come_in(customer).await.unwrap().then_some(customer)
        })
    });
    let seated = join_all(customers.collect::<Vec<_>>()).await;
    sim.run_until_idle().await;
    let mut seated: Vec<u32> = seated.into_iter().flatten().collect();
    let mut served = served.take();
    seated.sort_unstable();
    served.sort_unstable();
    assert_eq!(served, seated);
    shop.stop();
    barber.await;
}
