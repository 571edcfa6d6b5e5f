//! Three classic problems of synchronisation, solved by guards alone, under a thousand schedules
//! each.

use actor_core::future::{join_all, yield_now};
use actor_core::prelude::*;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Puts wait while it is full, takes while it is empty.
#[actor(capacity = 4)]
struct Buffer {
    items: VecDeque<(u32, u32)>,
    room: usize,
}

#[actor]
impl Buffer {
    #[message(when = self.items.len() < self.room)]
    fn put(&mut self, from: u32, number: u32) {
        self.items.push_back((from, number));
        assert!(self.items.len() <= self.room, "more than there is room for");
    }

    #[message(when = !self.items.is_empty())]
    fn take(&mut self) -> (u32, u32) {
        self.items.pop_front().expect("the guard has seen one")
    }
}

#[actor_core::test(seeds = 1000)]
async fn the_bounded_buffer_loses_and_doubles_nothing() {
    let buffer = Buffer { items: VecDeque::new(), room: 2 }.spawn();
    let consume = |_| {
        let buffer = buffer.clone();
        actor_core::spawn_task(async move {
            let mut taken = vec![];
            for _ in 0..4 {
                taken.push(buffer.take().await.unwrap());
            }
            taken
        })
    };
    let consumers: Vec<_> = (0..3).map(consume).collect();
    let produce = |from| {
        let buffer = buffer.clone();
        actor_core::spawn_task(async move {
            for number in 0..6 {
                buffer.put(from, number).await.unwrap();
            }
        })
    };
    let producers: Vec<_> = (0..2).map(produce).collect();
    join_all(producers).await;
    let taken = join_all(consumers).await;
    // Each consumer gets the items of one producer in the order in which they were put.
    for from in 0..2 {
        for one in &taken {
            let numbers: Vec<_> = one.iter().filter(|item| item.0 == from).collect();
            assert!(numbers.is_sorted(), "{taken:?}");
        }
    }
    let mut all: Vec<_> = taken.into_iter().flatten().collect();
    all.sort_unstable();
    let expected: Vec<_> = (0..2).flat_map(|from| (0..6).map(move |n| (from, n))).collect();
    assert_eq!(all, expected);
}

/// Any number may read at a time, one alone may write.
#[actor]
#[derive(Default)]
struct Library {
    readers: usize,
    is_written: bool,
}

#[actor]
impl Library {
    #[message(when = !self.is_written)]
    fn begin_reading(&mut self) {
        self.readers += 1;
    }

    #[message(unbounded)]
    fn end_reading(&mut self) {
        self.readers -= 1;
    }

    #[message(when = !self.is_written && self.readers == 0)]
    fn begin_writing(&mut self) {
        self.is_written = true;
    }

    #[message(unbounded)]
    fn end_writing(&mut self) {
        self.is_written = false;
    }
}

/// Two volumes that belong together, and how many are at work in them.
#[derive(Default)]
struct Book {
    volumes: [AtomicU32; 2],
    readers: AtomicU32,
    writers: AtomicU32,
}

#[actor_core::test(seeds = 1000)]
async fn readers_never_meet_a_writer_and_writers_never_meet() {
    let (library, book) = (Library::default().spawn(), Arc::new(Book::default()));
    let read = |_| {
        let (library, book) = (library.clone(), book.clone());
        actor_core::spawn_task(async move {
            library.begin_reading().await.unwrap();
            book.readers.fetch_add(1, Ordering::SeqCst);
            let first = book.volumes[0].load(Ordering::SeqCst);
            yield_now().await;
            assert_eq!(book.volumes[1].load(Ordering::SeqCst), first);
            assert_eq!(book.writers.load(Ordering::SeqCst), 0);
            book.readers.fetch_sub(1, Ordering::SeqCst);
            library.end_reading().await.unwrap();
        })
    };
    let write = |_| {
        let (library, book) = (library.clone(), book.clone());
        actor_core::spawn_task(async move {
            library.begin_writing().await.unwrap();
            assert_eq!(book.writers.fetch_add(1, Ordering::SeqCst), 0);
            for volume in &book.volumes {
                let edition = volume.load(Ordering::SeqCst);
                yield_now().await;
                assert_eq!(book.readers.load(Ordering::SeqCst), 0);
                volume.store(edition + 1, Ordering::SeqCst);
            }
            book.writers.fetch_sub(1, Ordering::SeqCst);
            library.end_writing().await.unwrap();
        })
    };
    let reads: Vec<_> = (0..6).map(read).collect();
    let writes: Vec<_> = (0..3).map(write).collect();
    join_all(reads).await;
    join_all(writes).await;
    assert_eq!(book.volumes[1].load(Ordering::SeqCst), 3);
}

const CHAIRS: usize = 2;

/// The barber sleeps until a customer sits; a customer waits for its own haircut.
#[actor]
#[derive(Default)]
struct Shop {
    seated: VecDeque<u32>,
    cut: BTreeSet<u32>,
}

#[actor]
impl Shop {
    fn sit_down(&mut self, customer: u32) -> bool {
        let is_free = self.seated.len() < CHAIRS;
        if is_free {
            self.seated.push_back(customer);
        }
        is_free
    }

    #[message(when = !self.seated.is_empty())]
    fn next_customer(&mut self) -> u32 {
        self.seated.pop_front().expect("the guard has seen one")
    }

    fn finish(&mut self, customer: u32) {
        assert!(self.cut.insert(customer), "nobody is served twice");
    }

    #[message(when = self.cut.contains(customer))]
    fn leave(&mut self, customer: u32) {
        assert!(self.cut.remove(&customer), "the guard has seen it");
    }
}

#[actor_core::test(seeds = 1000)]
async fn the_barber_serves_each_seated_customer_once() {
    let shop = Shop::default().spawn();
    let barber = {
        let shop = shop.clone();
        actor_core::spawn_task(async move {
            let mut served = vec![];
            while let Ok(customer) = shop.next_customer().await {
                served.push(customer);
                yield_now().await;
                shop.finish(customer).await.unwrap();
            }
            served
        })
    };
    let come = |customer| {
        let shop = shop.clone();
        actor_core::spawn_task(async move {
            let sits = shop.sit_down(customer).await.unwrap();
            if sits {
                shop.leave(customer).await.unwrap();
            }
            sits.then_some(customer)
        })
    };
    let customers: Vec<_> = (0..6).map(come).collect();
    let mut sat: Vec<u32> = join_all(customers).await.into_iter().flatten().collect();
    assert!(sat.len() >= CHAIRS, "{sat:?}");
    // The shop closes while he sleeps: deferred callers are notified.
    shop.stop();
    let mut served = barber.await;
    served.sort_unstable();
    sat.sort_unstable();
    assert_eq!(served, sat);
}
