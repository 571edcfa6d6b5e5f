//! A call that was polled once and then abandoned, in any way, causes no cycle, even if its actor
//! then waits for something else with the same waker.

use actor_core::Call;
use actor_core::future::join_all;
use actor_core::prelude::*;
use async_channel::{Receiver, Sender};
use futures_lite::StreamExt as _;
use futures_lite::future::{poll_once, yield_now};
use futures_util::stream::FuturesUnordered;
use std::pin::Pin;
use std::task::{Context as Poller, Waker};
use std::thread;
use std::time::Duration;
use tests::Gate;

type Left = Call<'static, Other, ()>;

/// The fate of the call.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Kept,
    KeptOverAnotherPoll,
    Forgotten,
    Dropped,
    DroppedOnAThread,
    Task,
    PolledWithAnotherWaker,
    PolledWithAnotherWakerOnAThread,
    PolledAmongOthers,
    /// These happen while the actor is parked.
    GivenAwayAndDropped,
    GivenAwayAndPolled,
}

const FATES: [Fate; 9] = [
    Fate::Kept,
    Fate::KeptOverAnotherPoll,
    Fate::Forgotten,
    Fate::Dropped,
    Fate::DroppedOnAThread,
    Fate::Task,
    Fate::PolledWithAnotherWaker,
    Fate::PolledWithAnotherWakerOnAThread,
    Fate::PolledAmongOthers,
];

#[actor]
struct Leaver {
    other: OtherAddr,
}

#[actor]
impl Leaver {
    async fn leave(&mut self, fate: Fate, away: Sender<Left>, entered: Gate, gate: Gate) {
        // Everything below is then polled with the waker that the actor keeps.
        yield_now().await;
        let mut call = self.other.work().into_owned();
        assert!(poll_once(&mut call).await.is_none(), "the other one is busy");
        let poll = |mut call: Left| {
            let mut poller = Poller::from_waker(Waker::noop());
            assert!(std::future::Future::poll(Pin::new(&mut call), &mut poller).is_pending());
            call
        };
        let mut kept = None;
        match fate {
            Fate::Kept => kept = Some(call),
            Fate::KeptOverAnotherPoll => {
                kept = Some(call);
                yield_now().await;
            }
            Fate::Forgotten => std::mem::forget(call),
            Fate::Dropped => drop(call),
            Fate::DroppedOnAThread => thread::spawn(move || drop(call)).join().unwrap(),
            Fate::Task => actor_core::spawn_task(call).detach(),
            Fate::PolledWithAnotherWaker => kept = Some(poll(call)),
            Fate::PolledWithAnotherWakerOnAThread => {
                kept = Some(thread::spawn(move || poll(call)).join().unwrap());
            }
            Fate::PolledAmongOthers => {
                let mut all: FuturesUnordered<_> = [call].into_iter().collect();
                assert!(poll_once(all.next()).await.is_none());
                actor_core::spawn_task(async move { all.next().await }).detach();
            }
            Fate::GivenAwayAndDropped | Fate::GivenAwayAndPolled => away.try_send(call).unwrap(),
        }
        entered.open();
        gate.pass().await;
        drop(kept);
    }

    fn work(&self) {}
}

#[actor]
struct Other {
    seen: Vec<Result<(), CallError>>,
}

#[actor]
impl Other {
    async fn call_back(&mut self, leaver: LeaverAddr, entered: Gate, gate: Gate) {
        entered.open();
        gate.pass().await;
        self.seen.push(leaver.work().await);
    }

    fn work(&self) {}

    fn seen(&mut self) -> Vec<Result<(), CallError>> {
        std::mem::take(&mut self.seen)
    }
}

/// Long enough for a false alarm to be raised.
async fn a_while() {
    actor_core::time::sleep(Duration::from_millis(5)).await;
}

/// Abandons a call, then completes the cycle as if it still existed; returns the other actor's
/// result.
async fn leave(fate: Fate) -> Vec<Result<(), CallError>> {
    let (away, given): (Sender<Left>, Receiver<Left>) = async_channel::unbounded();
    let other = Other { seen: vec![] }.spawn();
    let leaver = Leaver { other: other.clone() }.spawn();
    let (busy, back) = (Gate::new(), Gate::new());
    other.call_back(leaver.clone(), busy.clone(), back.clone()).send().await.unwrap();
    busy.pass().await;
    let (entered, gate) = (Gate::new(), Gate::new());
    let left = leaver.leave(fate, away, entered.clone(), gate.clone());
    let steps = async {
        entered.pass().await;
        a_while().await;
        let mut kept = given.try_recv().ok();
        match fate {
            Fate::GivenAwayAndDropped => kept = None,
            Fate::GivenAwayAndPolled => {
                let call = kept.as_mut().unwrap();
                let mut poller = Poller::from_waker(Waker::noop());
                assert!(std::future::Future::poll(Pin::new(call), &mut poller).is_pending());
            }
            _ => {}
        }
        back.open();
        a_while().await;
        gate.open();
        let seen = other.seen().await.unwrap();
        drop(kept);
        seen
    };
    let (left, seen) = actor_core::future::zip(left, steps).await;
    assert_eq!(left, Ok(()), "{fate:?}");
    leaver.stop();
    other.stop();
    seen
}

pub fn an_abandoned_call_is_not_an_edge(system: &System) {
    system.block_on(async {
        let all = join_all(FATES.map(leave)).await;
        for (fate, seen) in FATES.iter().zip(all) {
            assert_eq!(seen, [Ok(())], "{fate:?}");
        }
    });
}

pub fn a_call_moved_away_while_its_actor_is_idle_is_not_an_edge(system: &System) {
    system.block_on(async {
        for fate in [Fate::GivenAwayAndDropped, Fate::GivenAwayAndPolled] {
            assert_eq!(leave(fate).await, [Ok(())], "{fate:?}");
        }
    });
}

/// Passes its replies to another actor, and then waits for its caller.
#[actor]
struct Broker {
    clerk: ClerkAddr,
    asker: Option<AskerAddr>,
    heard: Option<Result<(), CallError>>,
}

#[actor]
impl Broker {
    fn set_asker(&mut self, asker: AskerAddr) {
        self.asker = Some(asker);
    }

    fn by_a_task(&mut self, reply: Reply<u32>) {
        actor_core::spawn_task(async {
            a_while().await;
            let _ = reply.send(7);
        })
        .detach();
    }

    async fn by_another(&mut self, reply: Reply<u32>) {
        self.clerk.answer().reply_to(reply).send().await.unwrap();
    }

    async fn wait_for_asker(&mut self) {
        self.heard = Some(self.asker.as_ref().unwrap().work().await);
    }

    fn nothing(&self) {}

    fn heard(&mut self) -> Option<Result<(), CallError>> {
        self.heard.take()
    }
}

#[actor]
struct Clerk;

#[actor]
impl Clerk {
    async fn answer(&mut self) -> u32 {
        a_while().await;
        7
    }
}

#[actor]
struct Asker {
    broker: BrokerAddr,
}

#[actor]
impl Asker {
    async fn ask(&mut self, is_task: bool) -> Result<u32, CallError> {
        let broker = &self.broker;
        let mut call = if is_task { broker.by_a_task() } else { broker.by_another() };
        assert!(poll_once(&mut call).await.is_none());
        // The broker has passed the reply on when it starts to wait for this one.
        broker.wait_for_asker().try_send().unwrap();
        // It has messages then, so that it checks its wait.
        broker.nothing().try_send().unwrap();
        call.await
    }

    fn work(&self) {}
}

pub fn a_reply_moved_to_another_actor_leaves_no_edge(system: &System) {
    system.block_on(async {
        for is_task in [true, false] {
            let broker = Broker { clerk: Clerk.spawn(), asker: None, heard: None }.spawn();
            let asker = Asker { broker: broker.clone() }.spawn();
            broker.set_asker(asker.clone()).await.unwrap();
            let answer = asker.ask(is_task).await.unwrap();
            let heard = broker.heard().await.unwrap();
            assert_eq!((answer, heard), (Ok(7), Some(Ok(()))), "{is_task}");
            asker.stop();
            broker.stop();
        }
    });
}
