//! Cycles through full mailboxes.

use actor_core::prelude::*;
use tests::{Gate, Tally};

/// Sends to the mailbox of another actor, however full it is.
#[actor(capacity = 2)]
struct Sender {
    other: Option<SenderAddr>,
    handled: Tally,
}

#[actor]
impl Sender {
    fn set_other(&mut self, other: SenderAddr) {
        self.other = Some(other);
    }

    /// Once both actors are running, sends until a send is refused; returns the reason.
    async fn flood(&mut self, entered: Tally) -> Result<(), SendReason> {
        entered.add();
        entered.reaches(2).await;
        for _ in 0..3 {
            let other = self.other.as_ref().unwrap();
            other.work().send().await.map_err(|error| error.reason())?;
        }
        Ok(())
    }

    /// Once the other actor is running, waits for its answer.
    async fn ask(&mut self, entered: Tally) -> Result<(), CallError> {
        entered.add();
        entered.reaches(2).await;
        self.other.as_ref().unwrap().work().await
    }

    fn work(&self) {
        self.handled.add();
    }
}

async fn pair() -> (SenderAddr, SenderAddr, Tally) {
    let handled = Tally::default();
    let make = |name| Sender { other: None, handled: handled.clone() }.prepare().name(name).spawn();
    let (one, two) = (make("one"), make("two"));
    one.set_other(two.clone()).await.unwrap();
    two.set_other(one.clone()).await.unwrap();
    (one, two, handled)
}

fn sorted(cycle: &actor_core::error::Cycle) -> Vec<String> {
    let mut path = cycle.path().to_vec();
    path.sort();
    path
}

pub fn two_full_mailboxes_are_a_cycle(system: &System) {
    system.block_on(async {
        for _ in 0..100 {
            let (one, two, handled) = pair().await;
            let entered = Tally::default();
            let both = (one.flood(entered.clone()), two.flood(entered));
            let (a, b) = actor_core::future::zip(both.0, both.1).await;
            let refused: Vec<_> =
                [a.unwrap(), b.unwrap()].into_iter().filter_map(Result::err).collect();
            let [SendReason::Deadlock(cycle)] = &refused[..] else { panic!("{refused:?}") };
            assert_eq!(sorted(cycle), ["one", "two"]);
            assert_eq!(cycle.handlers(), ["flood", "flood"]);
            // All accepted messages are handled, and no refused one.
            handled.reaches(5).await;
            one.stop();
            two.stop();
            one.join().await;
            two.join().await;
            assert_eq!(handled.count(), 5);
        }
    });
}

pub fn a_full_mailbox_and_a_call_are_a_cycle(system: &System) {
    system.block_on(async {
        for _ in 0..100 {
            let (one, two, _) = pair().await;
            let entered = Tally::default();
            let both = (one.flood(entered.clone()), two.ask(entered));
            let (flooded, asked) = actor_core::future::zip(both.0, both.1).await;
            // Either one, depending on which became pending last.
            let cycle = match (flooded.unwrap(), asked.unwrap()) {
                (Err(SendReason::Deadlock(cycle)), Ok(())) => cycle,
                (Ok(()), Err(CallError::Deadlock(cycle))) => cycle,
                other => panic!("{other:?}"),
            };
            assert_eq!(sorted(&cycle), ["one", "two"]);
            one.stop();
            two.stop();
        }
    });
}

/// Takes two messages and waits, so that a sender is admitted while it is parked.
#[actor(capacity = 1)]
struct Narrow {
    wide: Option<WideAddr>,
}

#[actor]
impl Narrow {
    fn set_wide(&mut self, wide: WideAddr) {
        self.wide = Some(wide);
    }

    async fn hold(&mut self, gate: Gate) {
        gate.pass().await;
    }

    /// Waits for the other actor. Taking this message has just freed a slot for that actor.
    async fn ask(&mut self) -> Result<(), CallError> {
        self.wide.as_ref().unwrap().work().await
    }

    fn work(&self) {}
}

#[actor]
struct Wide {
    narrow: NarrowAddr,
}

#[actor]
impl Wide {
    async fn send(&mut self) -> Result<(), SendReason> {
        self.narrow.work().send().await.map_err(|error| error.reason())
    }

    fn work(&self) {}
}

pub fn a_sender_that_was_just_admitted_is_not_an_edge(system: &System) {
    system.block_on(async {
        let narrow = Narrow { wide: None }.spawn();
        let wide = Wide { narrow: narrow.clone() }.spawn();
        narrow.set_wide(wide.clone()).await.unwrap();
        for _ in 0..2000 {
            let gate = Gate::new();
            narrow.hold(gate.clone()).send().await.unwrap();
            // The narrow one is held, with its mailbox full: the wide one waits for room.
            let (asked, sent) = (narrow.ask(), wide.send());
            let opened = async {
                futures_lite::future::yield_now().await;
                gate.open();
            };
            let asked = async { asked.await.unwrap() };
            let sent = async { sent.await.unwrap() };
            let ((asked, sent), ()) =
                actor_core::future::zip(actor_core::future::zip(asked, sent), opened).await;
            // When it takes `ask`, there is capacity, and no sender is left.
            assert_eq!((asked, sent), (Ok(()), Ok(())));
        }
        narrow.stop();
    });
}
