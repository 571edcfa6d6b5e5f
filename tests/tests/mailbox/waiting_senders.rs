//! Waiting senders are admitted in FIFO order, and a sender that leaves loses no slot.

use actor_core::future::join_all;
use actor_core::prelude::*;
use async_channel::Receiver;
use futures_lite::future::{poll_once, yield_now};
use std::time::Duration;
use tests::{Gate, Tally};

/// Room for one, a permit a message.
#[actor(capacity = 1)]
struct Narrow {
    permits: Receiver<()>,
    entered: Tally,
    handled: Vec<u32>,
}

#[actor]
impl Narrow {
    async fn work(&mut self, number: u32) -> u32 {
        self.entered.add();
        self.permits.recv().await.unwrap();
        self.handled.push(number);
        number
    }

    fn handled(&self) -> Vec<u32> {
        self.handled.clone()
    }
}

/// One that is stuck in message 0, with its one place taken by message 1.
async fn stuck() -> (NarrowAddr, async_channel::Sender<()>, Tally) {
    let (permit, permits) = async_channel::unbounded();
    let entered = Tally::default();
    let narrow = Narrow { permits, entered: entered.clone(), handled: vec![] }.spawn();
    narrow.work(0).send().await.unwrap();
    entered.reaches(1).await;
    narrow.work(1).try_send().unwrap();
    (narrow, permit, entered)
}

pub fn waiting_senders_are_served_in_order(system: &System) {
    system.block_on(async {
        let (narrow, permit, _) = stuck().await;
        // Sends and calls wait in one line.
        let mut sends = vec![];
        let mut calls = vec![];
        for number in 2..100 {
            if number % 3 == 0 {
                let mut call = narrow.work(number);
                assert!(poll_once(&mut call).await.is_none());
                calls.push((number, call));
            } else {
                let mut sending = narrow.work(number).send();
                assert!(poll_once(&mut sending).await.is_none());
                sends.push(sending);
            }
        }
        (0..100).for_each(|_| permit.try_send(()).unwrap());
        for sending in sends {
            sending.await.unwrap();
        }
        for (number, call) in calls {
            assert_eq!(call.await, Ok(number));
        }
        assert_eq!(narrow.handled().await, Ok((0..100).collect()));
    });
}

pub fn no_sender_overtakes_a_waiting_sender(system: &System) {
    system.block_on(async {
        let (narrow, permit, entered) = stuck().await;
        let mut first = narrow.work(2).send();
        assert!(poll_once(&mut first).await.is_none());
        for step in 2..50 {
            let mut behind = narrow.work(step + 1).send();
            assert!(poll_once(&mut behind).await.is_none());
            // The free slot now belongs to the first sender, polled or not.
            permit.try_send(()).unwrap();
            entered.reaches(step as usize).await;
            let passing = narrow.work(1000).try_send().unwrap_err();
            assert_eq!(passing.reason(), SendReason::Full);
            assert_eq!(narrow.work(1000).if_room().await, Err(CallError::Full));
            first.await.unwrap();
            first = behind;
        }
        (0..3).for_each(|_| permit.try_send(()).unwrap());
        first.await.unwrap();
        assert_eq!(narrow.handled().await, Ok((0..=50).collect()));
    });
}

pub fn a_dropped_sender_loses_no_slot_and_no_wake_up(system: &System) {
    system.block_on(async {
        let (narrow, permit, entered) = stuck().await;
        let mut line = vec![];
        for number in 2..12 {
            let mut sending = narrow.work(number).send();
            assert!(poll_once(&mut sending).await.is_none());
            line.push(Some(sending));
        }
        // The first, one in the middle, two adjacent ones and the last leave.
        for number in [2, 5, 7, 8, 11] {
            line[number - 2] = None;
        }
        let left = [3, 4, 6, 9, 10];
        for (step, number) in left.into_iter().enumerate() {
            permit.try_send(()).unwrap();
            line[number - 2].take().unwrap().await.unwrap();
            entered.reaches(step + 2).await;
        }
        // The queue is empty: the next slot is for any sender.
        permit.try_send(()).unwrap();
        entered.reaches(7).await;
        narrow.work(12).try_send().unwrap();
        (0..2).for_each(|_| permit.try_send(()).unwrap());
        assert_eq!(narrow.handled().await, Ok(vec![0, 1, 3, 4, 6, 9, 10, 12]));
    });
}

pub fn a_dropped_call_that_waited_for_capacity_loses_no_slot(system: &System) {
    system.block_on(async {
        let (narrow, permit, _) = stuck().await;
        let mut line = vec![];
        for number in 2..12 {
            let mut call = narrow.work(number);
            assert!(poll_once(&mut call).await.is_none());
            line.push((number, call));
        }
        line.retain(|(number, _)| ![2, 5, 7, 8, 11].contains(number));
        (0..7).for_each(|_| permit.try_send(()).unwrap());
        for (number, call) in line {
            assert_eq!(call.await, Ok(number));
        }
        assert_eq!(narrow.handled().await, Ok(vec![0, 1, 3, 4, 6, 9, 10]));
    });
}

pub fn a_sender_dropped_after_it_was_admitted_has_sent(system: &System) {
    system.block_on(async {
        let (narrow, permit, entered) = stuck().await;
        let mut let_in = narrow.work(2).send();
        let mut behind = narrow.work(3).send();
        assert!(poll_once(&mut let_in).await.is_none());
        assert!(poll_once(&mut behind).await.is_none());
        permit.try_send(()).unwrap();
        entered.reaches(2).await;
        // Message 1 is being handled, so the mailbox contains message 2.
        while narrow.len() == 0 {
            yield_now().await;
        }
        drop(let_in);
        permit.try_send(()).unwrap();
        behind.await.unwrap();
        (0..2).for_each(|_| permit.try_send(()).unwrap());
        assert_eq!(narrow.handled().await, Ok(vec![0, 1, 2, 3]));
    });
}

/// Fast, with little room, so that senders wait all the time.
#[actor(capacity = 2)]
struct Fast {
    handled: usize,
}

#[actor]
impl Fast {
    fn work(&mut self) {
        self.handled += 1;
    }

    fn handled(&self) -> usize {
        self.handled
    }
}

pub fn no_wake_up_is_lost_when_senders_come_and_go(system: &System) {
    const TASKS: usize = 16;
    const ROUNDS: usize = 2_000;
    system.block_on(async {
        let fast = Fast { handled: 0 }.spawn();
        let start = Gate::new();
        let tasks = (0..TASKS).map(|task| {
            let (fast, start) = (fast.clone(), start.clone());
            actor_core::spawn_task(async move {
                start.pass().await;
                let mut sent = 0;
                for round in 0..ROUNDS {
                    let mut sending = fast.work().send();
                    match poll_once(&mut sending).await {
                        Some(accepted) => {
                            accepted.unwrap();
                            sent += 1;
                        }
                        // Leaves the queue; a sender behind it must get the slot.
                        None if (round + task) % 3 == 0 => {
                            let left = sending.timeout(Duration::ZERO).await;
                            sent += usize::from(left.is_ok());
                        }
                        None => {
                            sending.await.unwrap();
                            sent += 1;
                        }
                    }
                }
                sent
            })
        });
        let tasks: Vec<_> = tasks.collect();
        start.open();
        // A lost slot or wake-up would leave a task waiting forever.
        let sent: usize = join_all(tasks).await.into_iter().sum();
        assert_eq!(fast.handled().await, Ok(sent));
        assert!(sent >= TASKS * ROUNDS / 3);
    });
}
