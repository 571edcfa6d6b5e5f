//! The promises of a pool: one actor from outside, several inside.

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use actor_core::{FailureKind, pool::NotAPool};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::{Gate, Tally};

/// The shared state of all members of a pool in these tests.
#[derive(Clone)]
struct Shop {
    entered: Tally,
    handled: Tally,
    stopped: Tally,
    made: Arc<AtomicUsize>,
    gate: Gate,
}

impl Shop {
    fn new() -> Self {
        Shop {
            entered: Tally::default(),
            handled: Tally::default(),
            stopped: Tally::default(),
            made: Arc::default(),
            gate: Gate::new(),
        }
    }

    fn open(&self, members: usize) -> WorkerAddr {
        let shop = self.clone();
        Worker::pool(members, move || {
            shop.made.fetch_add(1, Ordering::SeqCst);
            Worker { shop: shop.clone() }
        })
    }

    fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }
}

#[actor(capacity = 8)]
struct Worker {
    shop: Shop,
}

#[actor]
impl Worker {
    async fn slow(&mut self) {
        self.shop.entered.add();
        self.shop.gate.pass().await;
        self.shop.handled.add();
    }

    #[message(last)]
    fn retire(self) -> usize {
        self.shop.made()
    }

    fn quick(&mut self, number: u32) -> u32 {
        self.shop.handled.add();
        number
    }

    #[message(unbounded)]
    fn note(&mut self) {
        self.shop.handled.add();
    }

    /// Sends another message to its pool once the gate is open.
    async fn go_on(&mut self, context: &Context<Self>) {
        self.shop.entered.add();
        self.shop.gate.pass().await;
        context.address().quick(1).try_send().unwrap();
    }

    fn poison(&mut self) {
        panic!("poison");
    }

    fn leave(&mut self, context: &Context<Self>) {
        context.stop();
    }

    fn who(&self, context: &Context<Self>) -> (ActorId, WorkerAddr, Option<usize>) {
        (context.id(), context.address(), context.pool_index())
    }

    #[on_stop]
    fn last(&mut self, _exit: &Exit) {
        self.shop.stopped.add();
    }
}

/// Observes the end of a pool.
#[actor]
struct Watcher;

#[actor]
impl Watcher {
    fn watch(&mut self, workers: WorkerAddr, context: &Context<Self>) {
        context.monitor(&workers, |me, exit| me.gone(exit));
    }

    fn gone(&mut self, _exit: Exit) {}
}

pub fn four_members_work_at_the_same_time_behind_one_address(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(4);
        let calls: Vec<_> =
            (0..8).map(|_| actor_core::spawn_task(workers.slow().into_owned())).collect();
        shop.entered.reaches(4).await;
        assert_eq!(shop.handled.count(), 0);
        shop.gate.open();
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!((shop.entered.count(), shop.made()), (8, 4));
    });
}

pub fn a_poison_costs_one_message_and_one_restart(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(2);
        let (first, poison, second) = (workers.quick(1), workers.poison(), workers.quick(2));
        let ((first, poison), second) =
            actor_core::future::zip(actor_core::future::zip(first, poison), second).await;
        assert_eq!((first, second), (Ok(1), Ok(2)));
        assert!(matches!(poison, Err(CallError::Panicked(_))), "{poison:?}");
        // The third state is made by the run that the failure was in, at once or a little later.
        while shop.made() < 3 {
            workers.quick(3).await.unwrap();
        }
        assert_eq!(shop.made(), 3);
        assert!(workers.is_alive());
    });
}

pub fn stop_drains_through_all_members(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(3);
        let calls: Vec<_> =
            (0..8).map(|_| actor_core::spawn_task(workers.slow().into_owned())).collect();
        shop.entered.reaches(3).await;
        while workers.len() < 5 {
            actor_core::future::yield_now().await;
        }
        workers.stop();
        assert_eq!(workers.quick(1).await, Err(CallError::Stopped));
        shop.gate.open();
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!(workers.join().await, Exit::Stopped);
        assert_eq!((shop.handled.count(), shop.stopped.count()), (8, 3));
    });
}

pub fn kill_ends_all_members_and_notifies_all_callers(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(2);
        let calls: Vec<_> =
            (0..5).map(|_| actor_core::spawn_task(workers.slow().into_owned())).collect();
        shop.entered.reaches(2).await;
        while workers.len() < 3 {
            actor_core::future::yield_now().await;
        }
        workers.kill();
        assert_eq!(workers.join().await, Exit::Killed);
        let answers = join_all(calls).await;
        let count = |error: &CallError| {
            answers.iter().filter(|answer| answer.as_ref() == Err(error)).count()
        };
        assert_eq!((count(&CallError::Killed), count(&CallError::Stopped)), (2, 3));
        assert_eq!(shop.stopped.count(), 0);
    });
}

pub fn too_many_failures_fail_the_pool(system: &System) {
    system.block_on(async {
        let workers = Shop::new().open(2);
        let watcher = Watcher.spawn();
        watcher.watch(workers.clone()).await.unwrap();
        let before = system.counters().unobserved_failures;
        for _ in 0..6 {
            assert!(matches!(workers.poison().await, Err(CallError::Panicked(_))));
        }
        let Exit::Failed(failure) = workers.join().await else { panic!("the pool has failed") };
        // The failures of its members are known to the pool, and its own to the watcher.
        assert_eq!(system.counters().unobserved_failures, before);
        assert_eq!(failure.kind(), FailureKind::Intensity);
        assert!(matches!(failure.cause(), Some(Exit::Failed(_))));
        assert_eq!(workers.quick(1).await, Err(CallError::Stopped));
    });
}

pub fn a_member_that_ends_normally_is_replaced(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(1);
        workers.leave().await.unwrap();
        assert_eq!(workers.quick(1).await, Ok(1));
        assert_eq!(shop.made(), 2);
    });
}

pub fn a_last_message_ends_one_member_which_is_replaced(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(1);
        let (retired, next) = zip(workers.retire(), workers.quick(7)).await;
        assert_eq!((retired, next, shop.made()), (Ok(1), Ok(7), 2));
        assert!(workers.is_alive());
    });
}

pub fn resizing_starts_and_ends_members(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(1);
        let calls: Vec<_> =
            (0..6).map(|_| actor_core::spawn_task(workers.slow().into_owned())).collect();
        shop.entered.reaches(1).await;
        assert_eq!(Addr::resize(&workers, 3), Ok(()));
        shop.entered.reaches(3).await;
        assert_eq!(Addr::resize(&workers, 1), Ok(()));
        shop.gate.open();
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        // Two have ended after their message, with their hook.
        shop.stopped.reaches(2).await;
        assert_eq!(workers.quick(5).await, Ok(5));
        let single = Worker { shop: shop.clone() }.spawn();
        assert_eq!(Addr::resize(&single, 2), Err(NotAPool));
    });
}

pub fn idle_members_in_excess_end_immediately(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(4);
        shop.gate.open();
        let calls = (0..4).map(|_| workers.slow());
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!(Addr::resize(&workers, 1), Ok(()));
        // No message wakes them.
        shop.stopped.reaches(3).await;
        assert_eq!(workers.quick(5).await, Ok(5));
    });
}

pub fn the_mailbox_is_bounded_and_waiting_senders_are_served(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(2);
        workers.slow().send().await.unwrap();
        workers.slow().send().await.unwrap();
        shop.entered.reaches(2).await;
        for number in 0..8 {
            workers.quick(number).try_send().unwrap();
        }
        let refused = workers.quick(8).try_send().unwrap_err();
        assert_eq!(refused.reason(), SendReason::Full);
        let waiting: Vec<_> = (0..20)
            .map(|number| actor_core::spawn_task(workers.quick(number).into_owned()))
            .collect();
        shop.gate.open();
        let answers = join_all(waiting).await;
        assert_eq!(answers, (0..20).map(Ok).collect::<Vec<_>>());
    });
}

pub fn the_last_address_dropped_ends_the_pool(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(4);
        workers.quick(1).send().await.unwrap();
        let end = workers.join();
        drop(workers);
        assert_eq!(end.await, Exit::Stopped);
        assert_eq!((shop.handled.count(), shop.stopped.count()), (1, 4));
    });
}

pub fn a_member_at_work_keeps_the_pool_open(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(2);
        let weak = workers.downgrade();
        workers.go_on().send().await.unwrap();
        shop.entered.reaches(1).await;
        drop(workers);
        let mut end = weak.join();
        assert!(futures_lite::future::poll_once(&mut end).await.is_none());
        shop.gate.open();
        assert_eq!(end.await, Exit::Stopped);
        assert_eq!(shop.handled.count(), 1);
    });
}

pub fn handled_unbounded_messages_do_not_add_to_the_capacity(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let workers = shop.open(1);
        for _ in 0..20 {
            workers.note().await.unwrap();
        }
        workers.slow().send().await.unwrap();
        shop.entered.reaches(1).await;
        let accepted = (0..30).filter(|number| workers.quick(*number).try_send().is_ok()).count();
        assert_eq!(accepted, 8);
        shop.gate.open();
    });
}

pub fn a_member_comes_back_after_its_turn(system: &System) {
    system.block_on(async {
        // Far more messages than one turn has, at a single member.
        let shop = Shop::new();
        let workers = shop.open(1);
        for number in 0..1000 {
            workers.quick(number).send().await.unwrap();
        }
        assert_eq!(workers.quick(7).await, Ok(7));
        assert_eq!(shop.handled.count(), 1001);
    });
}

pub fn the_context_of_a_member_has_the_id_and_address_of_the_pool(system: &System) {
    system.block_on(async {
        let workers = Shop::new().open(2);
        let (id, address, member) = workers.who().await.unwrap();
        assert_eq!((id, &address), (workers.id(), &workers));
        assert!(member.is_some_and(|number| number < 2));
    });
}

pub fn the_settings_of_one_pool_are_its_own(system: &System) {
    system.block_on(async {
        let shop = Shop::new();
        let (to_make, member) = (shop.clone(), shop.clone());
        let workers = Worker::prepare_pool(2, move || Worker { shop: to_make.clone() })
            .name("workers")
            .capacity(3)
            .on(system)
            .spawn();
        assert_eq!((workers.label().as_str(), workers.capacity()), ("workers", Some(3)));
        workers.slow().send().await.unwrap();
        workers.slow().send().await.unwrap();
        shop.entered.reaches(2).await;
        let accepted = (0..9).filter(|number| workers.quick(*number).try_send().is_ok()).count();
        assert_eq!(accepted, 3);
        shop.gate.open();
        assert_eq!(workers.quick(7).await, Ok(7));
        let labels: Vec<_> = system.snapshot().actors.into_iter().map(|it| it.label).collect();
        assert!(labels.contains(&"workers/0".to_owned()), "{labels:?}");
        let endless = Worker::prepare_pool(1, move || Worker { shop: member.clone() });
        assert_eq!(endless.unbounded().spawn().capacity(), None);
    });
}
