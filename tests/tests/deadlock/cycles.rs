//! Cycles of calls: of one actor, with a tail, of many, completed by many at a time.

use super::node::{Way, at_once, chain_into, flat, plainly, refused, ring, round};
use actor_core::prelude::*;
use futures_lite::future::{poll_once, zip};
use std::sync::{Arc, Barrier};
use std::time::Duration;

pub fn a_call_to_oneself_is_refused(system: &System) {
    system.block_on(async {
        let nodes = ring(&[plainly]).await;
        refused(round(&nodes).await, 1);
        assert_eq!(nodes[0].pass(0).await, Ok(Ok(0)), "it goes on");
        at_once("a call to oneself", async || refused(round(&nodes).await, 1)).await;
    });
}

pub fn cycles_of_two_three_ten_and_a_thousand_are_refused(system: &System) {
    system.block_on(async {
        for len in [2, 3, 10, 1000] {
            let ways: Vec<Way> = vec![plainly; len];
            let nodes = ring(&ways).await;
            refused(round(&nodes).await, len);
            if len <= 10 {
                at_once("a small circle", async || refused(round(&nodes).await, len)).await;
            }
            // All of them continue.
            for node in &nodes {
                assert_eq!(node.pass(0).await, Ok(Ok(0)));
                node.stop();
            }
        }
    });
}

pub fn cycles_with_a_deadline_are_refused_at_once(system: &System) {
    system.block_on(async {
        for len in [1, 2, 3, 10] {
            let ways: Vec<Way> = vec![plainly; len];
            let nodes = ring(&ways).await;
            at_once("a cycle with a deadline", async || {
                let limit = Duration::from_secs(3600);
                refused(flat(nodes[0].pass(len).timeout(limit).await), len);
            })
            .await;
            // The tail inherits it, too.
            let tail = chain_into(&nodes[0], 2).await;
            let answer = flat(tail.pass(len + 2).timeout(Duration::from_secs(3600)).await);
            refused(answer, len);
        }
    });
}

pub fn a_caller_outside_of_the_cycle_gets_its_reply(system: &System) {
    system.block_on(async {
        for len in 1..=3 {
            let ways: Vec<Way> = vec![plainly; len];
            let nodes = ring(&ways).await;
            let tail = chain_into(&nodes[0], 2).await;
            // The tail calls into the cycle, which is then completed: its own call is answered.
            let answer = flat(tail.pass(len + 2).await);
            refused(answer, len);
            assert_eq!(tail.pass(0).await, Ok(Ok(0)));
        }
    });
}

/// Has two messages, each of which waits for the other actor.
#[actor]
struct Clerk {
    other: Option<ClerkAddr>,
}

#[actor]
impl Clerk {
    fn set_other(&mut self, other: ClerkAddr) {
        self.other = Some(other);
    }

    async fn outward(&mut self) -> Result<(), CallError> {
        self.other.as_ref().unwrap().inward().await?
    }

    async fn inward(&mut self) -> Result<(), CallError> {
        self.other.as_ref().unwrap().work().await
    }

    fn work(&self) {}
}

pub fn the_error_names_the_waiting_actors_and_their_handlers(system: &System) {
    system.block_on(async {
        let one = Clerk { other: None }.prepare().name("one").spawn();
        let two = Clerk { other: Some(one.clone()) }.spawn();
        one.set_other(two.clone()).await.unwrap();
        let error = one.outward().await.unwrap().unwrap_err();
        assert!(!error.never_handled());
        let text = error.to_string();
        let CallError::Deadlock(cycle) = error else { panic!("{error}") };
        // With two threads either may turn pending last.
        let (mut labels, mut handlers) = ([two.label(), "one".into()], ["inward", "outward"]);
        if cycle.path()[0] == "one" {
            labels.reverse();
            handlers.reverse();
        }
        assert_eq!(cycle.path(), labels);
        assert_eq!(cycle.handlers(), handlers);
        let printed = format!("{0} > {1} > {0}", labels[0], labels[1]);
        assert_eq!(text, format!("deadlock: {printed}"));
        one.stop();
        two.stop();
    });
}

/// Calls the other one when both have begun.
#[actor]
struct Crossing {
    other: Option<CrossingAddr>,
    both: Arc<Barrier>,
}

#[actor]
impl Crossing {
    fn set_other(&mut self, other: CrossingAddr) {
        self.other = Some(other);
    }

    /// Holds its thread until all have begun and until all have asked, so that all turn pending at
    /// the same moment.
    async fn cross(&mut self, holds: bool) -> Result<(), CallError> {
        if holds {
            self.both.wait();
        }
        let mut call = self.other.as_ref().unwrap().work();
        let early = poll_once(&mut call).await;
        if holds {
            self.both.wait();
        }
        match early {
            Some(answer) => answer,
            None => call.await,
        }
    }

    fn work(&self) {}
}

/// A cycle of `len` actors, each of which calls the next at the same moment. If there are not
/// enough threads, they do so one after the other.
async fn cross(crossing: &[CrossingAddr], holds: bool) -> usize {
    let calls = crossing.iter().map(|one| one.cross(holds));
    let answers = actor_core::future::join_all(calls).await;
    let mut refused = 0;
    for answer in answers {
        match answer.unwrap() {
            Ok(()) => {}
            Err(CallError::Deadlock(cycle)) => {
                assert_eq!(cycle.path().len(), crossing.len());
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    refused
}

async fn crossing(len: usize) -> Vec<CrossingAddr> {
    let both = Arc::new(Barrier::new(len));
    let all: Vec<_> =
        (0..len).map(|_| Crossing { other: None, both: both.clone() }.spawn()).collect();
    for (number, one) in all.iter().enumerate() {
        one.set_other(all[(number + 1) % len].clone()).await.unwrap();
    }
    all
}

pub fn cross_calls_at_the_same_moment_are_refused_once_each(system: &System) {
    system.block_on(async {
        let pair = crossing(2).await;
        let mut refusals = 0;
        for _ in 0..3000 {
            let refused = cross(&pair, false).await;
            // Neither, if one was answered before the other asked.
            assert!(refused <= 1, "{refused} were refused");
            refusals += refused;
        }
        assert!(refusals > 0, "they never crossed");
    });
}

pub fn three_callers_that_block_at_the_same_moment_get_one_refusal(_: &System) {
    // A thread for each, on every host.
    let system = System::builder().threads(3).build();
    system.block_on(async {
        let three = crossing(3).await;
        for _ in 0..300 {
            assert_eq!(cross(&three, true).await, 1);
        }
        let report = system.shutdown(Duration::from_secs(10)).await;
        assert!(report.is_clean(), "{report}");
    });
}

/// Calls its parent from `#[on_start]`, while the parent waits for the start.
#[actor]
struct Child {
    parent: ParentAddr,
}

#[actor]
impl Child {
    #[on_start]
    async fn start(&mut self) -> Result<(), CallError> {
        self.parent.work().await
    }

    fn work(&self) {}
}

#[actor]
struct Parent;

#[actor]
impl Parent {
    async fn raise(&mut self, context: &Context<Self>) -> Result<(), CallError> {
        let child = context.spawn_child(Child { parent: context.address() });
        child.work().await
    }

    fn work(&self) {}
}

pub fn a_cycle_through_hooks_and_children_is_refused(system: &System) {
    system.block_on(async {
        let parent = Parent.spawn();
        // The last wait is refused: of the child in its start, which fails it, or of the parent.
        match parent.raise().await.unwrap() {
            Err(CallError::Stopped) => {}
            Err(CallError::Deadlock(cycle)) => {
                assert_eq!(cycle.handlers(), ["raise", "on_start"]);
            }
            other => panic!("{other:?}"),
        }
        parent.stop();
    });
}

pub fn a_cycle_through_two_systems_is_refused(system: &System) {
    let far = System::builder().threads(1).name("far").build();
    system.block_on(async {
        let one = Clerk { other: None }.prepare().name("near").spawn();
        let two = Clerk { other: Some(one.clone()) }.prepare().name("far").on(&far).spawn();
        one.set_other(two.clone()).await.unwrap();
        let Err(CallError::Deadlock(cycle)) = one.outward().await.unwrap() else { panic!() };
        // The one that becomes pending last, which on two threads may be either.
        let mut path = cycle.path().to_vec();
        path.sort();
        assert_eq!(path, ["far", "near"]);
        let (a, b) = zip(one.inward(), two.work()).await;
        assert_eq!((a, b), (Ok(Ok(())), Ok(())), "they go on");
        one.stop();
    });
    let report = far.block_on(far.shutdown(Duration::from_secs(10)));
    assert!(report.is_clean(), "{report}");
}

pub fn without_detection_no_call_is_refused(_: &System) {
    let system = System::builder().threads(1).deadlock_detection(false).build();
    system.block_on(async {
        let nodes = ring(&[plainly, plainly]).await;
        let limit = Duration::from_millis(50);
        // The last call of the ring ends at the same time, and may be reported first.
        let end = flat(nodes[0].pass(2).timeout(limit).await).unwrap_err();
        assert!(
            matches!(end, CallError::Timeout { .. } | CallError::DeadlineExceeded { .. }),
            "{end:?}"
        );
        nodes.iter().for_each(|node| node.kill());
    });
}

#[actor]
trait Door {
    async fn enter(&mut self) -> Result<(), CallError>;
}

/// Admits invited guests, and calls them while doing so.
#[actor]
struct House {
    guest: Option<GuestAddr>,
    is_open: bool,
}

#[actor]
impl House {
    async fn invite(&mut self, guest: GuestAddr) -> Result<(), CallError> {
        self.guest = Some(guest.clone());
        guest.come().await?
    }
}

#[actor]
impl Door for House {
    #[message(when = self.is_open)]
    async fn enter(&mut self) -> Result<(), CallError> {
        Ok(())
    }
}

#[actor]
struct Guest {
    door: DoorAddr,
}

#[actor]
impl Guest {
    async fn come(&mut self) -> Result<(), CallError> {
        self.door.enter().await?
    }
}

pub fn a_cycle_through_a_guarded_message_of_a_protocol_is_refused(system: &System) {
    system.block_on(async {
        for is_open in [true, false] {
            let house = House { guest: None, is_open }.spawn();
            let guest = Guest { door: house.clone().into() }.spawn();
            let answer = house.invite(guest).await.unwrap();
            assert!(matches!(answer, Err(CallError::Deadlock(_))), "{answer:?}");
            house.kill();
        }
    });
}
