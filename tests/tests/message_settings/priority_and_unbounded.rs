//! `priority` and `unbounded`: which message is taken first, and which needs room.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use async_channel::{Receiver, Sender, unbounded};
use futures_lite::future::{poll_once, yield_now};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::Tally;

/// Handles one slow message for each permit, and records the handled ones.
#[derive(Clone)]
#[actor(capacity = 2)]
struct Clerk {
    permits: Receiver<()>,
    entered: Tally,
    log: Arc<Mutex<Vec<u32>>>,
}

#[actor]
impl Clerk {
    async fn work(&mut self, number: u32) -> u32 {
        self.entered.add();
        self.permits.recv().await.unwrap();
        self.note(number)
    }

    fn quick(&mut self, number: u32, context: &Context<Self>) {
        if number == 0 {
            for number in [10, 11] {
                context.address().rush(number).try_send().unwrap();
            }
        }
        self.note(number);
    }

    #[message(priority)]
    fn rush(&mut self, number: u32) -> u32 {
        self.note(number)
    }

    #[message(unbounded)]
    fn give_back(&mut self, number: u32) -> u32 {
        self.note(number)
    }

    #[message(priority, unbounded)]
    fn alarm(&mut self, number: u32) -> u32 {
        self.note(number)
    }

    #[message(last, priority)]
    fn close(self) -> Vec<u32> {
        self.log()
    }

    async fn poison(&mut self) {
        self.entered.add();
        self.permits.recv().await.unwrap();
        panic!("poison");
    }
}

impl Clerk {
    fn new() -> (Self, Sender<()>) {
        let (permit, permits) = unbounded();
        (Clerk { permits, entered: Tally::default(), log: Arc::default() }, permit)
    }

    fn note(&mut self, number: u32) -> u32 {
        self.log.lock().unwrap().push(number);
        number
    }

    fn log(&self) -> Vec<u32> {
        self.log.lock().unwrap().clone()
    }

    /// One that is stuck in message 0.
    async fn stuck() -> (Clerk, ClerkAddr, Sender<()>) {
        let (clerk, permit) = Clerk::new();
        let address = clerk.clone().spawn();
        address.work(0).send().await.unwrap();
        clerk.entered.reaches(1).await;
        (clerk, address, permit)
    }
}

fn permit(permits: &Sender<()>, count: usize) {
    (0..count).for_each(|_| permits.try_send(()).unwrap());
}

pub fn priority_is_taken_before_the_next_ordinary_message(system: &System) {
    system.block_on(async {
        let (clerk, address, permits) = Clerk::stuck().await;
        address.work(1).try_send().unwrap();
        address.work(2).try_send().unwrap();
        address.rush(10).try_send().unwrap();
        address.rush(11).try_send().unwrap();
        permit(&permits, 3);
        address.stop();
        address.join().await;
        assert_eq!(clerk.log(), [0, 10, 11, 1, 2]);
    });
}

pub fn priority_is_seen_between_two_messages_of_a_batch(system: &System) {
    system.block_on(async {
        let (clerk, _permits) = Clerk::new();
        let address = clerk.clone().prepare().capacity(8).spawn();
        // Message 0 sends those with priority while the other messages are already in the batch.
        (0..4).for_each(|number| address.quick(number).try_send().unwrap());
        address.quick(4).await.unwrap();
        assert_eq!(clerk.log(), [0, 10, 11, 1, 2, 3, 4]);
    });
}

/// Sends two priority messages to itself, the second of which waits for capacity.
#[actor(capacity = 1)]
struct Relay {
    log: Arc<Mutex<Vec<u32>>>,
}

#[actor]
impl Relay {
    #[message(unbounded)]
    fn quick(&mut self, number: u32, context: &Context<Self>) {
        if number == 0 {
            let me = context.address();
            let send = move || {
                me.rush(10).try_send().unwrap();
                // A call keeps waiting as long as it exists.
                let mut call = me.rush(11).into_owned();
                let waits = futures_lite::future::block_on(poll_once(&mut call)).is_none();
                assert!(waits, "the queue of priority messages is full");
                std::thread::spawn(move || futures_lite::future::block_on(call));
            };
            std::thread::spawn(send).join().expect("it does not panic");
        }
        self.log.lock().unwrap().push(number);
    }

    #[message(priority)]
    fn rush(&mut self, number: u32) {
        self.log.lock().unwrap().push(number);
    }
}

pub fn an_admitted_priority_sender_is_seen_between_two_messages_of_a_batch(system: &System) {
    system.block_on(async {
        let log = Arc::<Mutex<Vec<u32>>>::default();
        let relay = Relay { log: log.clone() }.spawn();
        (0..4).for_each(|number| relay.quick(number).try_send().unwrap());
        relay.quick(4).await.unwrap();
        assert_eq!(*log.lock().unwrap(), [0, 10, 11, 1, 2, 3, 4]);
    });
}

pub fn priority_has_a_bound_of_its_own_of_the_same_capacity(system: &System) {
    system.block_on(async {
        let (_clerk, address, permits) = Clerk::stuck().await;
        for number in [1, 2] {
            address.work(number).try_send().unwrap();
            address.rush(number).try_send().unwrap();
        }
        assert_eq!(address.len(), 4);
        assert_eq!(address.work(3).try_send().unwrap_err().reason(), SendReason::Full);
        assert_eq!(address.rush(3).try_send().unwrap_err().reason(), SendReason::Full);
        assert_eq!(address.rush(3).if_room().await, Err(CallError::Full));
        permit(&permits, 3);
        assert_eq!(address.rush(3).await, Ok(3));
    });
}

pub fn priority_senders_wait_for_capacity_in_their_own_queue(system: &System) {
    system.block_on(async {
        let (clerk, address, permits) = Clerk::stuck().await;
        (10..12).for_each(|number| address.rush(number).try_send().unwrap());
        let mut sends = vec![];
        let mut calls = vec![];
        for number in (12..30).step_by(2) {
            let mut sending = address.rush(number).send();
            assert!(poll_once(&mut sending).await.is_none());
            sends.push(sending);
            let mut call = address.rush(number + 1);
            assert!(poll_once(&mut call).await.is_none());
            calls.push(call);
        }
        // A sender that waits there does not delay an ordinary one.
        address.work(1).try_send().unwrap();
        // The fifth waiting sender leaves.
        drop(sends.remove(2));
        permit(&permits, 2);
        assert!(join_all(sends).await.iter().all(Result::is_ok));
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        address.stop();
        address.join().await;
        let rushed = (10..30).filter(|number| *number != 16);
        let expected: Vec<u32> = [0].into_iter().chain(rushed).chain([1]).collect();
        assert_eq!(clerk.log(), expected);
    });
}

pub fn priority_that_is_dropped_or_timed_out_is_never_handled(system: &System) {
    system.block_on(async {
        let (clerk, address, permits) = Clerk::stuck().await;
        let mut dropped = address.rush(10);
        assert!(poll_once(&mut dropped).await.is_none());
        drop(dropped);
        let late = address.rush(11).timeout(Duration::ZERO).await.unwrap_err();
        assert!(late.never_handled(), "{late:?}");
        // Both keep their places until they are reached.
        assert_eq!(address.rush(12).try_send().unwrap_err().reason(), SendReason::Full);
        permit(&permits, 1);
        assert_eq!(address.rush(13).await, Ok(13));
        assert_eq!(clerk.log(), [0, 13]);
    });
}

pub fn stop_drains_ordinary_and_priority_messages(system: &System) {
    system.block_on(async {
        let (clerk, address, permits) = Clerk::stuck().await;
        for number in [1, 2] {
            address.work(number).try_send().unwrap();
            address.rush(number + 10).try_send().unwrap();
        }
        let mut waiting = address.rush(20).send();
        assert!(poll_once(&mut waiting).await.is_none());
        let mut asking = address.rush(21);
        assert!(poll_once(&mut asking).await.is_none());
        address.stop();
        assert_eq!(waiting.await.unwrap_err().reason(), SendReason::Stopped);
        assert_eq!(asking.await, Err(CallError::Stopped));
        assert_eq!(address.rush(22).await, Err(CallError::Stopped));
        permit(&permits, 3);
        assert_eq!(address.join().await, Exit::Stopped);
        assert_eq!(clerk.log(), [0, 11, 12, 1, 2]);
    });
}

pub fn kill_rejects_ordinary_and_priority_messages(system: &System) {
    system.block_on(async {
        let (clerk, address, _permits) = Clerk::stuck().await;
        let (mut ordinary, mut rush) = (address.work(1), address.rush(10));
        assert!(poll_once(&mut ordinary).await.is_none());
        assert!(poll_once(&mut rush).await.is_none());
        address.kill();
        assert_eq!(ordinary.await, Err(CallError::Stopped));
        assert_eq!(rush.await, Err(CallError::Stopped));
        assert_eq!(address.join().await, Exit::Killed);
        assert_eq!(clerk.log(), []);
    });
}

pub fn a_restart_keeps_ordinary_and_priority_messages(system: &System) {
    system.block_on(async {
        let (clerk, permits) = Clerk::new();
        let supervisor = Supervisor::one_for_one().spawn();
        let make = clerk.clone();
        let address = supervisor.start(Child::new("clerk", move || make.clone()));
        address.poison().send().await.unwrap();
        clerk.entered.reaches(1).await;
        for number in [1, 2] {
            address.work(number).try_send().unwrap();
            address.rush(number + 10).try_send().unwrap();
        }
        let mut waiting = address.rush(13);
        assert!(poll_once(&mut waiting).await.is_none());
        permit(&permits, 3);
        assert_eq!(waiting.await, Ok(13));
        address.stop();
        address.join().await;
        assert_eq!(clerk.log(), [11, 12, 13, 1, 2]);
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn a_pool_takes_priority_first(system: &System) {
    system.block_on(async {
        let (clerk, permits) = Clerk::new();
        let make = clerk.clone();
        let pool = Clerk::pool(1, move || make.clone());
        pool.work(0).send().await.unwrap();
        clerk.entered.reaches(1).await;
        for number in [1, 2] {
            pool.work(number).try_send().unwrap();
            pool.rush(number + 10).try_send().unwrap();
        }
        assert_eq!(pool.len(), 4);
        let mut waiting = pool.rush(13).send();
        assert!(poll_once(&mut waiting).await.is_none());
        pool.give_back(3).try_send().unwrap();
        permit(&permits, 3);
        waiting.await.unwrap();
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        assert_eq!(clerk.log(), [0, 11, 12, 13, 1, 2, 3]);
    });
}

pub fn unbounded_needs_no_capacity_and_passes_waiting_senders(system: &System) {
    system.block_on(async {
        let (clerk, address, permits) = Clerk::stuck().await;
        (1..3).for_each(|number| address.work(number).try_send().unwrap());
        let mut waiting = address.work(3).send();
        assert!(poll_once(&mut waiting).await.is_none());
        (10..30).for_each(|number| address.give_back(number).try_send().unwrap());
        assert_eq!(address.len(), 22);
        assert!(poll_once(&mut waiting).await.is_none());
        let back = address.give_back(30);
        permit(&permits, 4);
        assert_eq!(back.await, Ok(30));
        waiting.await.unwrap();
        address.stop();
        address.join().await;
        assert_eq!(clerk.log().len(), 25);
        // All but the one that waited are in the order in which they were sent.
        let in_order: Vec<u32> = clerk.log().into_iter().filter(|number| *number != 3).collect();
        assert_eq!(in_order, [0, 1, 2].into_iter().chain(10..31).collect::<Vec<_>>());
    });
}

pub fn unbounded_takes_no_capacity_from_others(system: &System) {
    system.block_on(async {
        let (clerk, address, permits) = Clerk::stuck().await;
        // Over many rounds, so that an error in the count would add up.
        for round in 0..20 {
            (0..5).for_each(|number| address.give_back(100 + number).try_send().unwrap());
            address.work(1).try_send().unwrap();
            address.give_back(105).try_send().unwrap();
            address.work(2).try_send().unwrap();
            assert_eq!(address.work(3).try_send().unwrap_err().reason(), SendReason::Full);
            // Its handler is pending: the room of the first is free again.
            permit(&permits, 1);
            clerk.entered.reaches(2 + round * 2).await;
            while address.len() != 2 {
                yield_now().await;
            }
            permit(&permits, 1);
            clerk.entered.reaches(3 + round * 2).await;
            while address.len() != 0 {
                yield_now().await;
            }
        }
        permit(&permits, 1);
        assert_eq!(address.give_back(1).await, Ok(1));
    });
}

pub fn unbounded_is_refused_by_an_ended_actor_only(system: &System) {
    system.block_on(async {
        let (_clerk, address, permits) = Clerk::stuck().await;
        address.stop();
        let error = address.give_back(1).try_send().unwrap_err();
        assert_eq!(error.reason(), SendReason::Stopped);
        assert!(matches!(error.into_message(), ClerkMessage::GiveBack { number: 1, .. }));
        permit(&permits, 1);
        assert_eq!(address.join().await, Exit::Stopped);
        assert_eq!(address.give_back(1).await, Err(CallError::Stopped));
    });
}

pub fn priority_and_unbounded_together(system: &System) {
    system.block_on(async {
        let (clerk, address, permits) = Clerk::stuck().await;
        address.work(1).try_send().unwrap();
        (10..12).for_each(|number| address.rush(number).try_send().unwrap());
        let mut waiting = address.rush(12);
        assert!(poll_once(&mut waiting).await.is_none());
        (20..40).for_each(|number| address.alarm(number).try_send().unwrap());
        permit(&permits, 2);
        assert_eq!(waiting.await, Ok(12));
        address.stop();
        address.join().await;
        assert_eq!(clerk.log()[..3], [0, 10, 11]);
        assert_eq!(*clerk.log().last().unwrap(), 1);
        assert_eq!(clerk.log().len(), 25);
    });
}

pub fn a_self_message_may_have_priority(system: &System) {
    system.block_on(async {
        let (_clerk, address, permits) = Clerk::stuck().await;
        let mut behind = address.work(1);
        assert!(poll_once(&mut behind).await.is_none());
        let mut close = address.close();
        assert!(poll_once(&mut close).await.is_none());
        permit(&permits, 1);
        assert_eq!(close.await, Ok(vec![0]));
        assert_eq!(behind.await, Err(CallError::Stopped));
    });
}
