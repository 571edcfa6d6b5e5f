//! A mailbox never exceeds its capacity.

use actor_core::future::join_all;
use actor_core::prelude::*;
use async_channel::Receiver;
use futures_lite::future::poll_once;
use tests::{Gate, Tally};

/// Handles one message for each permit; each message looks how many wait behind it.
#[actor(capacity = 64)]
struct Stuck {
    permits: Receiver<()>,
    entered: Tally,
    most: usize,
    handled: Vec<usize>,
}

#[actor]
impl Stuck {
    async fn work(&mut self, number: usize, context: &Context<Self>) {
        self.entered.add();
        self.most = self.most.max(context.address().len());
        self.permits.recv().await.unwrap();
        self.most = self.most.max(context.address().len());
        self.handled.push(number);
    }

    /// The maximum number of waiting messages observed, and the handled messages.
    fn seen(&self) -> (usize, Vec<usize>) {
        (self.most, self.handled.clone())
    }
}

impl Stuck {
    fn new(permits: Receiver<()>, entered: &Tally) -> Self {
        Stuck { permits, entered: entered.clone(), most: 0, handled: vec![] }
    }
}

fn number(error: SendError<StuckMessage>) -> usize {
    assert_eq!(error.reason(), SendReason::Full);
    let StuckMessage::Work { number, .. } = error.into_message() else { panic!("another message") };
    number
}

pub fn a_stuck_actor_takes_64_of_20_000(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let entered = Tally::default();
        let stuck = Stuck::new(permits, &entered).spawn();
        stuck.work(0).send().await.unwrap();
        entered.reaches(1).await;
        let mut accepted = 0;
        for next in 1..=20_000 {
            match stuck.work(next).try_send() {
                Ok(()) => accepted += 1,
                Err(error) => assert_eq!(number(error), next),
            }
        }
        assert_eq!((accepted, stuck.len()), (64, 64));
        (0..65).for_each(|_| permit.try_send(()).unwrap());
        let (most, handled) = stuck.seen().await.unwrap();
        assert_eq!(handled, (0..=64).collect::<Vec<_>>());
        assert!(most <= 64);
    });
}

pub fn a_batch_in_the_run_loop_counts_toward_the_capacity(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let entered = Tally::default();
        let stuck = Stuck::new(permits, &entered).spawn();
        stuck.work(0).send().await.unwrap();
        entered.reaches(1).await;
        let mut next = 1;
        // The first 64 are in the queue; from the first step on, they are in the batch of the run
        // loop.
        for step in 1..=200 {
            while stuck.work(next).try_send().is_ok() {
                next += 1;
                assert!(stuck.len() <= 64);
            }
            assert_eq!(stuck.len(), 64, "a pending handler left no room or too much");
            assert_eq!(next - step, 64);
            permit.try_send(()).unwrap();
            entered.reaches(step + 1).await;
        }
        stuck.kill();
        assert_eq!(stuck.join().await, Exit::Killed);
    });
}

pub fn a_waiting_sender_gets_the_capacity_that_a_pending_handler_freed(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let entered = Tally::default();
        let stuck = Stuck::new(permits, &entered).spawn();
        stuck.work(0).send().await.unwrap();
        entered.reaches(1).await;
        (1..=64).for_each(|number| stuck.work(number).try_send().unwrap());
        for step in 1..=200 {
            let mut sending = stuck.work(64 + step).send();
            assert!(poll_once(&mut sending).await.is_none(), "there was room for a 65th");
            // One handler returns, and the next is pending while the loop holds the batch.
            permit.try_send(()).unwrap();
            sending.await.unwrap();
            entered.reaches(step + 1).await;
            assert_eq!(stuck.len(), 64);
        }
        (0..65).for_each(|_| permit.try_send(()).unwrap());
        let (most, handled) = stuck.seen().await.unwrap();
        assert_eq!(handled, (0..=264).collect::<Vec<_>>());
        assert!(most <= 64, "{most} waited");
    });
}

/// Never waits, so that whole batches are handled in one go.
#[actor(capacity = 64)]
struct Busy {
    most: usize,
    handled: usize,
}

#[actor]
impl Busy {
    fn work(&mut self, context: &Context<Self>) {
        self.most = self.most.max(context.address().len());
        self.handled += 1;
    }

    fn seen(&self) -> (usize, usize) {
        (self.most, self.handled)
    }
}

pub fn a_thousand_tasks_hold_no_more_than_64_queued(system: &System) {
    const TASKS: usize = 1000;
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let entered = Tally::default();
        let stuck = Stuck::new(permits, &entered).spawn();
        stuck.work(0).send().await.unwrap();
        entered.reaches(1).await;
        let (polled, accepted) = (Tally::default(), Tally::default());
        let tasks = (1..=TASKS).map(|number| {
            let (stuck, polled, accepted) = (stuck.clone(), polled.clone(), accepted.clone());
            actor_core::spawn_task(async move {
                let mut sending = stuck.work(number).send();
                let at_once = poll_once(&mut sending).await;
                polled.add();
                match at_once {
                    Some(sent) => sent.unwrap(),
                    None => sending.await.unwrap(),
                }
                accepted.add();
                assert!(stuck.len() <= 64);
            })
        });
        let tasks: Vec<_> = tasks.collect();
        polled.reaches(TASKS).await;
        assert_eq!(stuck.len(), 64);
        accepted.reaches(64).await;
        assert_eq!(accepted.count(), 64, "a sender was let in where there was no room");
        for step in 1..=TASKS {
            permit.try_send(()).unwrap();
            entered.reaches(step + 1).await;
            assert!(stuck.len() <= 64);
        }
        permit.try_send(()).unwrap();
        join_all(tasks).await;
        let (most, mut handled) = stuck.seen().await.unwrap();
        assert!(most <= 64, "{most} waited");
        handled.sort_unstable();
        assert_eq!(handled, (0..=TASKS).collect::<Vec<_>>());
    });
}

pub fn a_fast_actor_never_holds_more_than_64(system: &System) {
    system.block_on(async {
        let busy = Busy { most: 0, handled: 0 }.spawn();
        let start = Gate::new();
        let tasks = (0..100).map(|_| {
            let (busy, start) = (busy.clone(), start.clone());
            actor_core::spawn_task(async move {
                start.pass().await;
                let mut most = 0;
                for _ in 0..100 {
                    busy.work().send().await.unwrap();
                    most = most.max(busy.len());
                }
                most
            })
        });
        let tasks: Vec<_> = tasks.collect();
        start.open();
        let outside = join_all(tasks).await.into_iter().max();
        let (inside, handled) = busy.seen().await.unwrap();
        assert_eq!(handled, 10_000);
        assert!(inside <= 64 && outside <= Some(64), "{inside} and {outside:?} waited");
    });
}
