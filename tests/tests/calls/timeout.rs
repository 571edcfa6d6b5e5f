//! The effects of a timeout, and its error. (`memory/timed_out_calls.rs` measures that memory stays
//! flat.)

use actor_core::future::join_all;
use actor_core::prelude::*;
use futures_lite::future::{poll_once, yield_now};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Mark, Tally, fill, reached, times_out_in_its_handler};

const SHORT: Duration = Duration::from_millis(1);

/// Keeps its callers waiting in every possible way.
#[actor(capacity = 600)]
struct Late {
    entered: Tally,
    handled: Tally,
    replies: Vec<Reply<Mark>>,
    values: Tally,
    answered: Tally,
}

impl Late {
    fn new(entered: &Tally) -> Self {
        Late {
            entered: entered.clone(),
            handled: Tally::default(),
            replies: vec![],
            values: Tally::default(),
            answered: Tally::default(),
        }
    }
}

#[actor(remote)]
impl Late {
    /// All that comes behind stays queued.
    async fn block(&mut self, gate: Gate) {
        self.entered.add();
        gate.pass().await;
    }

    fn work(&mut self, argument: Mark) -> Mark {
        drop(argument);
        self.handled.add();
        self.values.mark()
    }

    fn keep(&mut self, argument: Mark, reply: Reply<Mark>) {
        drop(argument);
        self.replies.push(reply);
    }

    /// Returns the number of late replies that reached a caller.
    fn answer_all(&mut self) -> usize {
        let mut taken = 0;
        for reply in self.replies.drain(..) {
            self.answered.add();
            taken += usize::from(reply.send(self.values.mark()).is_ok());
        }
        taken
    }
}

pub fn timed_out_calls_leave_no_residue(system: &System) {
    system.block_on(async {
        let (entered, arguments) = (Tally::default(), Tally::default());
        let late = Late::new(&entered);
        let (handled, answered) = (late.handled.clone(), late.answered.clone());
        let values = late.values.clone();
        let late = late.spawn();
        for round in 1..=10 {
            // 600 are queued, 400 wait for room; none is ever handled.
            let gate = Gate::new();
            late.block(gate.clone()).send().await.unwrap();
            entered.reaches(round).await;
            let calls = (0..1000).map(|_| late.work(arguments.mark()).timeout(SHORT));
            for answer in join_all(calls).await {
                assert!(matches!(answer, Err(CallError::Timeout { started: false })));
            }
            gate.open();
            // One is being handled at once, and answered too late.
            let answer = late.keep(arguments.mark()).timeout(SHORT * 5).await;
            assert!(matches!(answer, Err(CallError::Timeout { .. })));
            // 1 000 are being handled, or have no time left when their turn comes.
            let calls = (0..1000).map(|_| late.keep(arguments.mark()).timeout(SHORT * 5));
            for answer in join_all(calls).await {
                assert!(matches!(answer, Err(CallError::Timeout { .. })));
            }
            assert_eq!(late.answer_all().await, Ok(0), "a late reply was taken");
            assert_eq!(late.len(), 0);
            assert_eq!(arguments.count(), 2001 * round, "arguments are left");
        }
        assert_eq!(handled.count(), 0);
        // Each late answer came back and was dropped.
        assert!(answered.count() > 0, "nothing was answered late");
        assert_eq!(values.count(), answered.count());
    });
}

/// Records the messages it has started.
#[actor]
struct Noting {
    begun: Arc<Mutex<Vec<bool>>>,
}

#[actor(remote)]
impl Noting {
    async fn note(&mut self, number: usize) -> usize {
        self.begun.lock().unwrap()[number] = true;
        yield_now().await;
        number
    }
}

/// Makes calls that time out in a race with their handlers, and expects of each error `holds`, which gets
/// the error and whether the message was handled.
fn race_of_timeouts(system: &System, holds: fn(&CallError, bool) -> bool) {
    const CALLS: usize = 20_000;
    let begun = Arc::new(Mutex::new(vec![false; CALLS]));
    system.block_on(async {
        let noting = reached(Noting { begun: begun.clone() }.spawn()).await;
        let mut answers = vec![];
        for chunk in 0..CALLS / 100 {
            let calls = (0..100).map(|number| {
                let number = chunk * 100 + number;
                let limit = Duration::from_micros((number % 50) as u64 * 4);
                let call = noting.note(number).into_owned().timeout(limit);
                actor_core::spawn_task(async move { (number, call.await) })
            });
            answers.extend(join_all(calls).await);
        }
        noting.stop();
        assert_eq!(noting.join().await, Exit::Stopped);
        let begun = begun.lock().unwrap();
        for (number, answer) in answers {
            match answer {
                Ok(answer) => assert!(answer == number && begun[number]),
                Err(error) => {
                    assert!(matches!(error, CallError::Timeout { .. }), "{error}");
                    assert!(holds(&error, begun[number]), "{number}: {error:?}");
                }
            }
        }
    });
}

pub fn never_handled_is_exact_under_a_race(system: &System) {
    race_of_timeouts(system, |error, is_handled| error.never_handled() != is_handled);
}

/// For a message that was sent to another node, it is unknown whether it is handled.
pub fn a_handled_message_is_never_called_unhandled(system: &System) {
    race_of_timeouts(system, |error, is_handled| !(error.never_handled() && is_handled));
}

pub fn never_handled_is_true_while_queued_and_false_once_begun(system: &System) {
    system.block_on(async {
        let entered = Tally::default();
        let late = Late::new(&entered).prepare().capacity(1).spawn();
        let gate = Gate::new();
        let call = times_out_in_its_handler(SHORT, || late.block(gate.clone()));
        let error = call.await.unwrap_err();
        assert_eq!(error, CallError::Timeout { started: true });
        assert!(!error.never_handled());
        entered.reaches(1).await;

        let error = late.block(gate.clone()).timeout(SHORT).await.unwrap_err();
        assert_eq!(error, CallError::Timeout { started: false });
        assert!(error.never_handled());

        // The one that timed out keeps its place until it is reached.
        assert_eq!(late.len(), 1);
        let error = late.block(gate.clone()).if_room().await.unwrap_err();
        assert_eq!(error, CallError::Full);
        assert!(error.never_handled());
        let error = late.block(gate.clone()).timeout(SHORT).await.unwrap_err();
        assert!(error == CallError::Timeout { started: false } && error.never_handled());

        // Killed while handling it: its progress is unknown.
        gate.open();
        late.block(Gate::new()).send().await.unwrap();
        entered.reaches(2).await;
        late.kill();
        assert_eq!(late.join().await, Exit::Killed);
        let error = late.block(gate).if_room().await.unwrap_err();
        assert!(error == CallError::Stopped && error.never_handled());
        assert_eq!(entered.count(), 2, "a call that was never handled was handled");
    });
}

pub fn if_room_refuses_immediately_and_answers_when_there_is_capacity(system: &System) {
    system.block_on(async {
        let entered = Tally::default();
        let late = reached(Late::new(&entered).prepare().capacity(1).spawn()).await;
        let gate = Gate::new();
        late.block(gate.clone()).if_room().send().await.unwrap();
        entered.reaches(1).await;
        let mut waits = late.block(gate.clone()).if_room();
        assert!(poll_once(&mut waits).await.is_none(), "there is room");
        fill(|| late.answer_all()).await;
        let mut refused = late.block(gate.clone()).if_room();
        let at_once = poll_once(&mut refused).await;
        assert_eq!(at_once, Some(Err(CallError::Full)));
        gate.open();
        assert_eq!(waits.await, Ok(()));
        assert_eq!(entered.count(), 2);
    });
}
