//! A call that is cancelled, at each stage that it can have reached.

use actor_core::prelude::*;
use async_channel::Receiver;
use futures_lite::future::poll_once;
use std::time::Duration;
use tests::{Gate, Mark, Tally, fill, reached, times_out_in_its_handler};

/// The timeout of a call that is meant to time out.
const SHORT: Duration = Duration::from_millis(1);

/// The timeout of a call that is polled once before it may time out. On a busy machine a thread can
/// be interrupted for many milliseconds within a poll.
const LONGER: Duration = Duration::from_millis(250);

/// Takes one step for each permit, and reports what it has started and finished.
#[actor(capacity = 1)]
struct Stepper {
    permits: Receiver<()>,
    begun: Vec<u32>,
    finished: Vec<u32>,
    entered: Tally,
    dropped: Tally,
}

impl Stepper {
    fn new(permits: Receiver<()>) -> Self {
        Stepper {
            permits,
            begun: vec![],
            finished: vec![],
            entered: Tally::default(),
            dropped: Tally::default(),
        }
    }
}

#[actor(remote)]
impl Stepper {
    /// The mark belongs to the reply: when it is dropped, the reply is gone.
    async fn step(&mut self, number: u32) -> (u32, Mark) {
        self.begun.push(number);
        self.entered.add();
        self.permits.recv().await.unwrap();
        self.finished.push(number);
        (number, self.dropped.mark())
    }

    fn log(&self) -> (Vec<u32>, Vec<u32>) {
        (self.begun.clone(), self.finished.clone())
    }
}

pub fn a_call_dropped_before_queueing_is_never_handled(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let state = Stepper::new(permits);
        let entered = state.entered.clone();
        let stepper = reached(state.spawn()).await;
        // Never polled.
        drop(stepper.step(1));
        drop(stepper.step(1).timeout(SHORT));
        drop(stepper.step(1).send());
        // Polled, and waiting for room: one message runs and one fills the mailbox.
        stepper.step(2).send().await.unwrap();
        entered.reaches(1).await;
        fill(|| stepper.log()).await;
        let mut call = stepper.step(3);
        assert!(poll_once(&mut call).await.is_none());
        drop(call);
        let mut sending = stepper.step(3).send();
        assert!(poll_once(&mut sending).await.is_none());
        drop(sending);
        let timed = stepper.step(3).timeout(SHORT).await;
        assert!(matches!(timed, Err(CallError::Timeout { started: false })), "{timed:?}");
        let timed = stepper.step(3).send().timeout(SHORT).await.unwrap_err();
        assert_eq!(timed.reason(), SendReason::Timeout);
        assert!(matches!(timed.into_message(), StepperMessage::Step { number: 3, .. }));

        permit.try_send(()).unwrap();
        assert_eq!(stepper.log().await, Ok((vec![2], vec![2])));
    });
}

pub fn a_call_dropped_while_queued_is_never_handled(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let state = Stepper::new(permits);
        let entered = state.entered.clone();
        let stepper = state.prepare().capacity(8).spawn();
        stepper.step(1).send().await.unwrap();
        entered.reaches(1).await;

        let mut call = stepper.step(2);
        assert!(poll_once(&mut call).await.is_none());
        assert_eq!(stepper.len(), 1, "it is not queued");
        drop(call);
        let timed = stepper.step(3).timeout(SHORT).await;
        assert!(matches!(timed, Err(CallError::Timeout { started: false })), "{timed:?}");
        stepper.step(4).try_send().unwrap();

        // A skipped message takes no permit.
        (0..2).for_each(|_| permit.try_send(()).unwrap());
        assert_eq!(stepper.log().await, Ok((vec![1, 4], vec![1, 4])));
        assert_eq!(stepper.len(), 0);
    });
}

/// The cancellation of a call that was sent to another node takes a while to arrive.
pub fn a_call_whose_cancellation_has_arrived_is_never_handled(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let state = Stepper::new(permits);
        let entered = state.entered.clone();
        let stepper = reached(state.prepare().capacity(8).spawn()).await;
        stepper.step(1).send().await.unwrap();
        entered.reaches(1).await;

        let mut call = stepper.step(2);
        assert!(poll_once(&mut call).await.is_none());
        let timed = stepper.step(3).timeout(LONGER).await;
        assert!(matches!(timed, Err(CallError::Timeout { .. })), "{timed:?}");
        drop(call);
        stepper.step(4).send().await.unwrap();
        actor_core::time::sleep(LONGER).await;

        (0..2).for_each(|_| permit.try_send(()).unwrap());
        assert_eq!(stepper.log().await, Ok((vec![1, 4], vec![1, 4])));
    });
}

pub fn a_call_dropped_while_running_finishes(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let state = Stepper::new(permits);
        let entered = state.entered.clone();
        let stepper = reached(state.spawn()).await;

        let mut call = stepper.step(1);
        assert!(poll_once(&mut call).await.is_none());
        entered.reaches(1).await;
        drop(call);
        permit.try_send(()).unwrap();
        assert_eq!(stepper.log().await, Ok((vec![1], vec![1])));

        let timed = times_out_in_its_handler(LONGER, || stepper.step(2)).await;
        assert!(matches!(timed, Err(CallError::Timeout { started: true })), "{timed:?}");
        permit.try_send(()).unwrap();
        assert_eq!(stepper.log().await, Ok((vec![1, 2], vec![1, 2])));
    });
}

pub fn the_reply_to_a_call_dropped_while_running_is_dropped(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let state = Stepper::new(permits);
        let (entered, dropped) = (state.entered.clone(), state.dropped.clone());
        let stepper = state.spawn();

        let mut call = stepper.step(1);
        assert!(poll_once(&mut call).await.is_none());
        entered.reaches(1).await;
        drop(call);
        permit.try_send(()).unwrap();
        stepper.log().await.unwrap();
        assert_eq!(dropped.count(), 1, "the reply is still there");

        let timed = times_out_in_its_handler(SHORT, || stepper.step(2)).await;
        assert!(timed.is_err(), "{timed:?}");
        permit.try_send(()).unwrap();
        stepper.log().await.unwrap();
        assert_eq!(dropped.count(), 2);
    });
}

pub fn a_call_dropped_while_replying_drops_the_reply(system: &System) {
    system.block_on(async {
        let (permit, permits) = async_channel::unbounded();
        let state = Stepper::new(permits);
        let dropped = state.dropped.clone();
        let stepper = reached(state.spawn()).await;

        let mut call = stepper.step(1);
        assert!(poll_once(&mut call).await.is_none());
        permit.try_send(()).unwrap();
        // The message behind it has been answered, so its own reply is already there.
        assert_eq!(stepper.log().await, Ok((vec![1], vec![1])));
        assert_eq!(dropped.count(), 0);
        drop(call);
        assert_eq!(dropped.count(), 1);

        // An answer that has arrived counts, however late the call is polled.
        let mut timed = stepper.step(2).timeout(LONGER);
        assert!(poll_once(&mut timed).await.is_none());
        permit.try_send(()).unwrap();
        assert_eq!(stepper.log().await, Ok((vec![1, 2], vec![1, 2])));
        actor_core::time::sleep(LONGER).await;
        let (number, mark) = timed.await.unwrap();
        assert_eq!((number, dropped.count()), (2, 1));
        drop(mark);
        assert_eq!(dropped.count(), 2);
    });
}

/// Answers on request, in any order.
#[actor]
struct Desk {
    replies: Vec<Reply<u32>>,
    refused: Vec<u32>,
    entered: Tally,
}

#[actor(remote)]
impl Desk {
    fn ask(&mut self, reply: Reply<u32>) {
        self.replies.push(reply);
        self.entered.add();
    }

    fn answer(&mut self, which: usize, value: u32) {
        if let Err(value) = self.replies.remove(which).send(value) {
            self.refused.push(value);
        }
    }

    fn refused(&self) -> Vec<u32> {
        self.refused.clone()
    }
}

/// Answers calls after their callers have left, every other one by the end of the limit. Returns the
/// refused answers.
fn late_replies(system: &System, rounds: usize, limit: Duration) -> Vec<u32> {
    system.block_on(async {
        let entered = Tally::default();
        let desk = Desk { replies: vec![], refused: vec![], entered: entered.clone() };
        let desk = reached(desk.spawn()).await;
        for round in 0..rounds {
            let is_dropped = round % 2 == 0;
            if is_dropped {
                let mut first = desk.ask();
                assert!(poll_once(&mut first).await.is_none());
                entered.reaches(2 * round + 1).await;
                drop(first);
            } else {
                let first = times_out_in_its_handler(limit, || desk.ask()).await;
                assert_eq!(first, Err(CallError::Timeout { started: true }));
            }
            let mut second = desk.ask();
            assert!(poll_once(&mut second).await.is_none());
            desk.answer(0, 1).await.unwrap();
            assert!(poll_once(&mut second).await.is_none(), "a late reply answered another call");
            desk.answer(0, 2).await.unwrap();
            assert_eq!(second.await, Ok(2));
        }
        desk.refused().await.unwrap()
    })
}

pub fn a_late_reply_cannot_answer_the_next_call(system: &System) {
    assert_eq!(late_replies(system, 100, SHORT), vec![1; 100]);
}

/// The callee of another node learns with the cancellation that the caller has left.
pub fn a_late_reply_of_another_node_cannot_answer_the_next_call(system: &System) {
    let refused = late_replies(system, 10, LONGER);
    assert!(refused.len() <= 10 && refused.iter().all(|answer| *answer == 1), "{refused:?}");
}

/// Answers with its argument, once the gate opens.
#[actor]
struct Echo {
    gate: Gate,
    entered: Gate,
}

#[actor(remote)]
impl Echo {
    async fn say(&mut self, word: u32) -> u32 {
        self.entered.open();
        self.gate.pass().await;
        word
    }
}

pub fn the_result_of_a_cancelled_call_is_discarded(system: &System) {
    system.block_on(async {
        for _ in 0..100 {
            let (gate, entered) = (Gate::new(), Gate::new());
            let echo = Echo { gate: gate.clone(), entered: entered.clone() };
            let echo = reached(echo.spawn()).await;
            let mut first = echo.say(1);
            assert!(poll_once(&mut first).await.is_none());
            entered.pass().await;
            drop(first);
            let mut second = echo.say(2);
            assert!(poll_once(&mut second).await.is_none());
            gate.open();
            assert_eq!(second.await, Ok(2));
        }
    });
}
