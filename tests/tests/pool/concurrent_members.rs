//! A pool whose members run concurrent handlers while it changes its size or loses its last address.

use actor_core::prelude::*;
use futures_lite::future::{poll_once, yield_now};
use std::time::Duration;
use tests::{Gate, Tally};

#[derive(Clone)]
struct Shared {
    entered: Tally,
    done: Tally,
    stopped: Tally,
    go: Gate,
}

impl Shared {
    fn new() -> Self {
        let (entered, done, stopped) = (Tally::default(), Tally::default(), Tally::default());
        Shared { entered, done, stopped, go: Gate::new() }
    }

    fn open(&self, members: usize) -> ReaderAddr {
        let shared = self.clone();
        Reader::pool(members, move || Reader { shared: shared.clone() })
    }
}

#[actor(max_concurrent = 2)]
struct Reader {
    shared: Shared,
}

#[actor]
impl Reader {
    #[message(concurrent)]
    async fn hold(&self, context: &Context<Self>) -> Option<usize> {
        let number = context.pool_index();
        self.shared.entered.add();
        self.shared.go.pass().await;
        self.shared.done.add();
        number
    }

    #[message(concurrent)]
    async fn ask_pool(&self, context: &Context<Self>) {
        self.shared.entered.add();
        self.shared.go.pass().await;
        assert_eq!(context.address().answer().await, Ok(7));
        self.shared.done.add();
    }

    #[message(concurrent)]
    async fn answer(&self) -> u32 {
        7
    }

    fn number(&mut self, context: &Context<Self>) -> Option<usize> {
        context.pool_index()
    }

    #[on_stop]
    fn stopped(&mut self, _exit: &Exit) {
        self.shared.stopped.add();
    }
}

/// Lets members look for messages and become idle.
async fn yield_often() {
    for _ in 0..20 {
        yield_now().await;
    }
}

pub fn a_pool_that_shrinks_and_grows_while_a_handler_runs_goes_on(system: &System) {
    system.block_on(async {
        // The member with number 1 runs the handler in some of the rounds.
        for _ in 0..20 {
            let shared = Shared::new();
            let pool = shared.open(2);
            yield_often().await;
            let held = actor_core::spawn_task(pool.hold().into_owned());
            shared.entered.reaches(1).await;
            assert_eq!(Addr::resize(&pool, 1), Ok(()));
            yield_often().await;
            assert_eq!(Addr::resize(&pool, 2), Ok(()));
            yield_often().await;
            shared.go.open();
            assert!(held.await.unwrap().is_some());
            for _ in 0..4 {
                assert!(pool.number().await.unwrap().is_some());
            }
            pool.stop();
            assert_eq!(pool.join().await, Exit::Stopped);
        }
    });
}

pub fn a_pool_without_addresses_ends_with_its_idle_member_in_excess(system: &System) {
    system.block_on(async {
        for _ in 0..20 {
            let shared = Shared::new();
            let pool = shared.open(2);
            for _ in 0..20 {
                pool.number().await.unwrap();
                yield_now().await;
            }
            assert_eq!(Addr::resize(&pool, 1), Ok(()));
            let end = pool.join();
            drop(pool);
            let end = actor_core::time::timeout(Duration::from_secs(10), end).await;
            assert_eq!(end, Ok(Exit::Stopped));
            assert_eq!(shared.stopped.count(), 2);
        }
    });
}

pub fn a_pool_without_addresses_ends_with_its_busy_member_in_excess(system: &System) {
    system.block_on(async {
        let shared = Shared::new();
        let pool = shared.open(2);
        // Both members, because only one of them will be in excess.
        for _ in 0..4 {
            pool.hold().send().await.unwrap();
        }
        shared.entered.reaches(4).await;
        assert_eq!(Addr::resize(&pool, 1), Ok(()));
        let mut end = pool.join();
        drop(pool);
        yield_often().await;
        assert!(poll_once(&mut end).await.is_none());
        shared.go.open();
        let end = actor_core::time::timeout(Duration::from_secs(10), end).await;
        assert_eq!(end, Ok(Exit::Stopped));
        assert_eq!((shared.done.count(), shared.stopped.count()), (4, 2));
    });
}

pub fn the_last_address_dropped_does_not_close_a_pool_whose_handlers_run(system: &System) {
    system.block_on(async {
        let shared = Shared::new();
        let pool = shared.open(2);
        yield_often().await;
        let weak = pool.downgrade();
        pool.ask_pool().send().await.unwrap();
        shared.entered.reaches(1).await;
        yield_often().await;
        drop(pool);
        yield_often().await;
        assert!(weak.is_alive());
        let mut end = weak.join();
        assert!(poll_once(&mut end).await.is_none());
        shared.go.open();
        assert_eq!(end.await, Exit::Stopped);
        assert_eq!((shared.done.count(), shared.stopped.count()), (1, 2));
    });
}
