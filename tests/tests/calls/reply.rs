//! A reply that is stored, moved, dropped or passed on.

use actor_core::call::ReplyReceiver;
use actor_core::future::zip;
use actor_core::prelude::*;
use async_channel::Sender;
use futures_lite::future::poll_once;
use serde::{Deserialize, Serialize};
use tests::{Gate, Tally, reached};

/// Keeps its replies, and gives them away.
#[actor]
struct Keeper {
    kept: Vec<Reply<u32>>,
    away: Sender<Reply<u32>>,
    entered: Tally,
}

impl Keeper {
    fn new() -> (Self, async_channel::Receiver<Reply<u32>>, Tally) {
        let (away, given) = async_channel::unbounded();
        let entered = Tally::default();
        (Keeper { kept: vec![], away, entered: entered.clone() }, given, entered)
    }
}

#[actor(remote)]
impl Keeper {
    fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
        self.entered.add();
    }

    fn give_away(&mut self, reply: Reply<u32>) {
        self.away.try_send(reply).unwrap();
    }

    fn answer_in_a_task(&mut self, number: u32, gate: Gate, reply: Reply<u32>) {
        let answering = async move {
            gate.pass().await;
            reply.send(number).unwrap();
        };
        actor_core::spawn_task(answering).detach();
    }

    fn drop_at_once(&mut self, reply: Reply<u32>) {
        drop(reply);
    }

    fn drop_kept(&mut self) {
        self.kept.clear();
    }

    fn panic_with(&mut self, _reply: Reply<u32>) {
        panic!("with the reply in hand");
    }

    fn ping(&self) {}
}

pub fn a_stored_reply_answers_later_from_another_task(system: &System) {
    system.block_on(async {
        let (state, given, _) = Keeper::new();
        let keeper = reached(state.spawn()).await;
        let gate = Gate::new();
        let mut call = keeper.answer_in_a_task(7, gate.clone());
        assert!(poll_once(&mut call).await.is_none());
        // The actor continues in the meantime.
        assert_eq!(keeper.ping().await, Ok(()));
        assert!(poll_once(&mut call).await.is_none());
        gate.open();
        assert_eq!(call.await, Ok(7));

        // From another thread, and after the actor's end.
        let outside = async {
            let reply = given.recv().await.unwrap();
            keeper.stop();
            assert_eq!(keeper.join().await, Exit::Stopped);
            std::thread::spawn(move || reply.send(8).unwrap()).join().unwrap();
        };
        assert_eq!(zip(keeper.give_away(), outside).await.0, Ok(8));
    });
}

pub fn a_dropped_reply_gives_no_reply_immediately(system: &System) {
    system.block_on(async {
        let (state, given, entered) = Keeper::new();
        let keeper = reached(state.spawn()).await;
        assert_eq!(keeper.drop_at_once().await, Err(CallError::NoReply));
        // From somewhere else.
        let elsewhere = async { drop(given.recv().await.unwrap()) };
        assert_eq!(zip(keeper.give_away(), elsewhere).await.0, Err(CallError::NoReply));
        // Dropped by a later message, and by the end of the life that owns it, however it ends.
        let (first, dropped) = zip(keeper.keep(), keeper.drop_kept()).await;
        assert_eq!((first, dropped), (Err(CallError::NoReply), Ok(())));
        for is_killed in [false, true] {
            let (state, _given, entered) = Keeper::new();
            let keeper = reached(state.spawn()).await;
            let mut call = keeper.keep();
            assert!(poll_once(&mut call).await.is_none());
            entered.reaches(1).await;
            if is_killed {
                keeper.kill()
            } else {
                keeper.stop()
            }
            assert_eq!(call.await, Err(CallError::NoReply));
        }
        // A panic in the handler of another message, and in its own handler.
        let mut call = keeper.keep();
        assert!(poll_once(&mut call).await.is_none());
        entered.reaches(2).await;
        let answer = keeper.panic_with().await;
        assert!(matches!(&answer, Err(CallError::Panicked(why)) if why.handler() == "panic_with"));
        assert_eq!(call.await, Err(CallError::NoReply));
    });
}

/// Answers its call, continues, and then ends while it holds the replies of other calls.
#[actor]
struct Early {
    answers: Sender<ReplyReceiver<u32>>,
}

/// How the handler continues.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Ending {
    Panic,
    Hang,
}

/// Enough replies that one of them reuses the memory of the answered call.
const OTHERS: usize = 64;

#[actor(remote)]
impl Early {
    async fn answer_and_go_on(&mut self, taken: Gate, ending: Ending, reply: Reply<u32>) {
        reply.send(7).unwrap();
        taken.pass().await;
        let (_replies, answers): (Vec<_>, Vec<_>) = (0..OTHERS).map(|_| Reply::pair()).unzip();
        for answer in answers {
            self.answers.try_send(answer).unwrap();
        }
        assert!(ending != Ending::Panic, "after the answer");
        std::future::pending::<()>().await;
    }
}

pub fn the_failure_of_a_handler_that_has_replied_reaches_no_other_call(system: &System) {
    system.block_on(async {
        for ending in [Ending::Panic, Ending::Hang] {
            let (answers, given) = async_channel::unbounded();
            let early = reached(Early { answers }.spawn()).await;
            let taken = Gate::new();
            let answer = early.answer_and_go_on(taken.clone(), ending).await;
            assert_eq!(answer, Ok(7));
            taken.open();
            let mut waiting = vec![];
            for _ in 0..OTHERS {
                waiting.push(given.recv().await.unwrap());
            }
            if ending == Ending::Hang {
                early.kill();
            }
            for answer in waiting {
                assert_eq!(answer.await, Err(CallError::NoReply));
            }
            let exit = early.join().await;
            assert_eq!(matches!(exit, Exit::Failed(_)), ending == Ending::Panic);
        }
    });
}

/// The callee of a delegated call.
#[actor(capacity = 1)]
struct Back {
    gate: Gate,
    entered: Tally,
    told: Sender<Told>,
}

/// What a callee has observed about the caller of another.
#[derive(Debug, PartialEq)]
struct Told {
    was_wanted: bool,
    is_wanted: bool,
    given_back: Result<(), u32>,
}

#[actor(remote)]
impl Back {
    fn double(&self, number: u32) -> u32 {
        number * 2
    }

    async fn double_later(&mut self, number: u32, mut reply: Reply<u32>) {
        let was_wanted = !reply.is_closed();
        self.entered.add();
        if was_wanted {
            reply.closed().await;
        }
        let is_wanted = !reply.is_closed();
        let given_back = reply.send(number * 2);
        self.told.try_send(Told { was_wanted, is_wanted, given_back }).unwrap();
    }

    async fn hold(&mut self) {
        self.entered.add();
        self.gate.pass().await;
    }

    fn panics(&self) -> u32 {
        panic!("in the callee");
    }
}

/// Answers nothing itself.
#[actor]
struct Front {
    back: BackAddr,
}

#[actor(remote)]
impl Front {
    async fn double(&mut self, number: u32, reply: Reply<u32>) {
        let _ = self.back.double(number).reply_to(reply).send().await;
    }

    fn double_now(&mut self, number: u32, reply: Reply<u32>) {
        let _ = self.back.double(number).reply_to(reply).try_send();
    }

    async fn double_later(&mut self, number: u32, reply: Reply<u32>) {
        let _ = self.back.double_later(number).reply_to(reply).send().await;
    }

    async fn panics(&mut self, reply: Reply<u32>) {
        let _ = self.back.panics().reply_to(reply).send().await;
    }
}

async fn pair() -> (FrontAddr, BackAddr, Gate, Tally, async_channel::Receiver<Told>) {
    let (told, tells) = async_channel::unbounded();
    let (gate, entered) = (Gate::new(), Tally::default());
    let back = Back { gate: gate.clone(), entered: entered.clone(), told };
    let back = reached(back.spawn()).await;
    let front = reached(Front { back: back.clone() }.spawn()).await;
    (front, back, gate, entered, tells)
}

pub fn the_callee_answers_the_callers_caller(system: &System) {
    system.block_on(async {
        let (front, back, ..) = pair().await;
        assert_eq!(front.double(4).await, Ok(8));
        assert_eq!(front.double_now(5).await, Ok(10));
        let answer = front.panics().await;
        assert!(matches!(&answer, Err(CallError::Panicked(why)) if why.handler() == "panics"));
        // The callee is gone, so there is no reply.
        assert!(matches!(back.join().await, Exit::Failed(_)));
        assert_eq!(front.double(4).await, Err(CallError::NoReply));
        assert_eq!(front.double_now(4).await, Err(CallError::NoReply));
    });
}

pub fn the_callee_is_notified_that_the_caller_has_left(system: &System) {
    system.block_on(async {
        let (front, _back, _gate, entered, tells) = pair().await;
        let mut call = front.double_later(4);
        assert!(poll_once(&mut call).await.is_none());
        entered.reaches(1).await;
        drop(call);
        let told = Told { was_wanted: true, is_wanted: false, given_back: Err(8) };
        assert_eq!(tells.recv().await, Ok(told));
    });
}

pub fn the_callee_of_a_queued_message_finds_that_the_caller_has_left(system: &System) {
    system.block_on(async {
        let (front, back, gate, entered, tells) = pair().await;
        let mut hold = back.hold();
        assert!(poll_once(&mut hold).await.is_none());
        entered.reaches(1).await;
        let mut call = front.double_later(5);
        assert!(poll_once(&mut call).await.is_none());
        while back.len() == 0 {
            futures_lite::future::yield_now().await;
        }
        drop(call);
        gate.open();
        let told = Told { was_wanted: false, is_wanted: false, given_back: Err(10) };
        assert_eq!(tells.recv().await, Ok(told));
        assert_eq!(hold.await, Ok(()));
    });
}
