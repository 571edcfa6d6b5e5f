//! Waits for the start and the end of an actor are part of a cycle like calls. If there is a call
//! in the cycle, the call is refused.

use super::node::at_once;
use actor_core::prelude::*;
use futures_lite::future::{or, poll_once, yield_now};
use std::time::Duration;
use tests::Gate;

/// Far more than any test takes.
const HOUR: Duration = Duration::from_secs(3600);

/// Waits for the start or the end of a kid, in every possible way.
#[actor]
struct Parent {
    kid: Option<KidAddr>,
}

/// How a parent waits for its kid.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wait {
    Join,
    JoinWeakly,
    StopWithin,
}

const WAITS: [Wait; 3] = [Wait::Join, Wait::JoinWeakly, Wait::StopWithin];

#[actor]
impl Parent {
    fn adopt(&mut self, kid: KidAddr) {
        self.kid = Some(kid);
    }

    fn ping(&self) {}

    async fn end_kid(&mut self, wait: Wait) -> Exit {
        let kid = self.kid.take().unwrap();
        if wait != Wait::StopWithin {
            kid.stop();
        }
        match wait {
            Wait::Join => kid.join().await,
            Wait::JoinWeakly => kid.downgrade().join().await,
            Wait::StopWithin => kid.stop_within(HOUR).await,
        }
    }

    /// Waits for the kid's end when the kid has asked something.
    async fn end_kid_late(&mut self, entered: Gate) -> Exit {
        entered.pass().await;
        let kid = self.kid.take().unwrap();
        kid.stop();
        kid.join().await
    }

    async fn raise(&mut self, me: ParentAddr, heard: Heard) -> Result<(), Exit> {
        let kid = Kid { elder: Elder::Parent(me), heard, when: When::Start }.spawn();
        kid.started().await
    }

    /// Something else can end the wait.
    async fn end_kid_or_leave(&mut self) -> Option<Exit> {
        let kid = self.kid.take().unwrap();
        kid.stop();
        let leave = async {
            actor_core::time::sleep(Duration::from_millis(5)).await;
            None
        };
        or(async { Some(kid.join().await) }, leave).await
    }

    /// Looks once whether the kid has ended, and continues with something else.
    async fn glance(&mut self, fate: Fate, entered: Gate, gate: Gate) {
        let kid = self.kid.take().unwrap();
        yield_now().await;
        let mut join = kid.join();
        assert!(poll_once(&mut join).await.is_none());
        match fate {
            Fate::Kept => {}
            Fate::Dropped => {
                drop(join);
                kid.stop();
                entered.open();
                return gate.pass().await;
            }
            Fate::Task => {
                let task = actor_core::spawn_task(join);
                kid.stop();
                entered.open();
                gate.pass().await;
                return task.detach();
            }
        }
        kid.stop();
        entered.open();
        gate.pass().await;
        drop(join);
    }
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Kept,
    Dropped,
    Task,
}

/// When a kid calls its elder.
#[derive(Clone, Copy, PartialEq)]
enum When {
    Start,
    Stop,
    Asked,
}

/// The actor that a kid calls.
#[derive(Clone)]
enum Elder {
    Parent(ParentAddr),
    /// The actor that calls the parent.
    Aunt(AuntAddr),
}

type Heard = async_channel::Sender<Result<(), CallError>>;

#[actor]
struct Kid {
    elder: Elder,
    heard: Heard,
    when: When,
}

impl Kid {
    async fn call(&self) {
        let answer = match &self.elder {
            Elder::Parent(parent) => parent.ping().await,
            Elder::Aunt(aunt) => aunt.pass_on().await.and_then(|answer| answer),
        };
        self.heard.try_send(answer).unwrap();
    }
}

#[actor]
impl Kid {
    #[on_start]
    async fn hello(&mut self) {
        if self.when == When::Start {
            self.call().await;
        }
    }

    #[on_stop]
    async fn bye(&mut self, _: &Exit) {
        if self.when == When::Stop {
            self.call().await;
        }
    }

    async fn ask(&mut self, entered: Gate) {
        entered.open();
        self.call().await;
    }
}

#[actor]
struct Aunt {
    parent: ParentAddr,
}

#[actor]
impl Aunt {
    async fn pass_on(&mut self) -> Result<(), CallError> {
        self.parent.ping().await
    }
}

/// A parent with a kid that calls it.
async fn family(
    when: When,
) -> (ParentAddr, KidAddr, async_channel::Receiver<Result<(), CallError>>) {
    let (heard, hears) = async_channel::unbounded();
    let parent = Parent { kid: None }.prepare().name("parent").spawn();
    let elder = Elder::Parent(parent.clone());
    let kid = Kid { elder, heard, when }.prepare().name("kid").spawn();
    parent.adopt(kid.clone()).await.unwrap();
    (parent, kid, hears)
}

#[track_caller]
fn is_refused(heard: Result<(), CallError>, printed: &str) {
    let Err(CallError::Deadlock(cycle)) = heard else { panic!("not refused: {heard:?}") };
    assert_eq!(cycle.to_string(), printed);
}

async fn ended(parent: ParentAddr) {
    parent.stop();
    parent.join().await;
}

pub fn a_call_in_on_stop_to_the_actor_that_awaits_the_end_is_refused(system: &System) {
    system.block_on(async {
        for wait in WAITS {
            at_once("a call to an actor that awaits the end", async || {
                let (parent, kid, hears) = family(When::Stop).await;
                drop(kid);
                assert_eq!(parent.end_kid(wait).await, Ok(Exit::Stopped), "{wait:?}");
                is_refused(hears.recv().await.unwrap(), "kid > parent > kid");
                ended(parent).await;
            })
            .await;
        }
    });
}

pub fn a_join_that_completes_a_cycle_refuses_the_call_in_it(system: &System) {
    system.block_on(async {
        at_once("a call to an actor that joins", async || {
            let (parent, kid, hears) = family(When::Asked).await;
            let entered = Gate::new();
            let late = parent.end_kid_late(entered.clone());
            let asks = async {
                // The parent holds still until the kid has called it.
                kid.ask(entered).send().await.unwrap();
            };
            let (exit, ()) = actor_core::future::zip(late, asks).await;
            drop(kid);
            assert_eq!(exit, Ok(Exit::Stopped));
            is_refused(hears.recv().await.unwrap(), "kid > parent > kid");
            ended(parent).await;
        })
        .await;
    });
}

pub fn a_join_and_a_call_at_the_same_moment_never_hang(system: &System) {
    system.block_on(async {
        for _ in 0..300 {
            let (parent, kid, hears) = family(When::Asked).await;
            // The kid calls, and its end is joined, in either order, or both at once.
            let (ends, asks) = (parent.end_kid(Wait::Join), kid.ask(Gate::new()).send());
            let (exit, sent) = actor_core::future::zip(ends, asks).await;
            assert_eq!(exit, Ok(Exit::Stopped));
            if sent.is_ok() {
                match hears.recv().await.unwrap() {
                    Ok(()) => {}
                    refused => is_refused(refused, "kid > parent > kid"),
                }
            }
            drop(kid);
            ended(parent).await;
        }
    });
}

pub fn a_call_in_on_start_to_the_actor_that_awaits_the_start_is_refused(system: &System) {
    system.block_on(async {
        let (heard, hears) = async_channel::unbounded();
        let parent = Parent { kid: None }.prepare().name("parent").spawn();
        assert_eq!(parent.raise(parent.clone(), heard).await, Ok(Ok(())));
        let Err(CallError::Deadlock(cycle)) = hears.recv().await.unwrap() else { panic!() };
        assert_eq!(cycle.path()[1], "parent");
        assert_eq!(cycle.handlers(), ["on_start", "raise"]);
        ended(parent).await;
    });
}

pub fn one_of_two_calls_in_a_cycle_with_a_join_is_refused(system: &System) {
    system.block_on(async {
        for _ in 0..100 {
            let (heard, hears) = async_channel::unbounded();
            let parent = Parent { kid: None }.prepare().name("parent").spawn();
            let aunt = Aunt { parent: parent.clone() }.prepare().name("aunt").spawn();
            let kid = Kid { elder: Elder::Aunt(aunt.clone()), heard, when: When::Stop };
            parent.adopt(kid.prepare().name("kid").spawn()).await.unwrap();
            assert_eq!(parent.end_kid(Wait::Join).await, Ok(Exit::Stopped));
            let Err(CallError::Deadlock(cycle)) = hears.recv().await.unwrap() else { panic!() };
            let first = cycle.path()[0].as_str();
            assert!(["aunt", "kid"].contains(&first), "{cycle}");
            assert_eq!(cycle.path().len(), 3);
            aunt.stop();
            ended(parent).await;
        }
    });
}

/// Waits for ends only.
#[actor]
struct Mourner {
    other: Option<MournerAddr>,
}

#[actor]
impl Mourner {
    fn meet(&mut self, other: MournerAddr) {
        self.other = Some(other);
    }

    async fn mourn(&mut self) -> Exit {
        self.other.as_ref().unwrap().join().await
    }
}

pub fn a_cycle_of_joins_ends_by_a_panic_that_names_it(system: &System) {
    system.block_on(async {
        let lone = Mourner { other: None }.prepare().name("lone").spawn();
        lone.meet(lone.clone()).await.unwrap();
        let Err(CallError::Panicked(failure)) = lone.mourn().await else { panic!() };
        let expected = "deadlock: a wait for the end of lone would never end: lone > lone";
        assert_eq!(failure.message(), expected);
        assert_eq!(failure.handler(), "mourn");

        let one = Mourner { other: None }.prepare().name("one").spawn();
        let two = Mourner { other: Some(one.clone()) }.prepare().name("two").spawn();
        one.meet(two.clone()).await.unwrap();
        let both = actor_core::future::zip(one.mourn(), two.mourn()).await;
        match both {
            (Err(CallError::Panicked(failure)), Ok(Exit::Failed(heard)))
            | (Ok(Exit::Failed(heard)), Err(CallError::Panicked(failure))) => {
                assert_eq!(failure, heard);
                assert!(failure.message().starts_with("deadlock: "), "{failure}");
            }
            other => panic!("{other:?}"),
        }
        one.stop();
        two.stop();
    });
}

pub fn a_join_next_to_another_wait_is_not_an_edge(system: &System) {
    system.block_on(async {
        let (parent, kid, hears) = family(When::Stop).await;
        drop(kid);
        assert_eq!(parent.end_kid_or_leave().await, Ok(None));
        assert_eq!(hears.recv().await.unwrap(), Ok(()), "a false alarm");
        ended(parent).await;
    });
}

pub fn an_abandoned_join_is_not_an_edge(system: &System) {
    system.block_on(async {
        for fate in [Fate::Kept, Fate::Dropped, Fate::Task] {
            let (parent, kid, hears) = family(When::Stop).await;
            drop(kid);
            let (entered, gate) = (Gate::new(), Gate::new());
            let glance = parent.glance(fate, entered.clone(), gate.clone());
            let steps = async {
                entered.pass().await;
                // Long enough for a false alarm to be raised.
                actor_core::time::sleep(Duration::from_millis(5)).await;
                gate.open();
                assert_eq!(hears.recv().await.unwrap(), Ok(()), "{fate:?}");
            };
            let (glanced, ()) = actor_core::future::zip(glance, steps).await;
            assert_eq!(glanced, Ok(()), "{fate:?}");
            ended(parent).await;
        }
    });
}
