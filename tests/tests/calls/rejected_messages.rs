//! A rejected message is returned, in an error that works with `?`.

use actor_core::future::{join_all, race};
use actor_core::prelude::*;
use futures_lite::future::poll_once;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::error::Error;
use std::time::Duration;
use tests::{Gate, Tally, fill, reached};

/// Something that is moved, not copied.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Parcel(u32);

#[actor(capacity = 1)]
struct Depot {
    entered: Tally,
}

#[actor(remote)]
impl Depot {
    fn put(&mut self, parcel: Parcel) -> u32 {
        parcel.0
    }

    async fn hold(&mut self, gate: Gate) {
        self.entered.add();
        gate.pass().await;
    }

    fn fail(&self) {
        panic!("told to fail");
    }
}

fn parcel(error: SendError<DepotMessage>, reason: SendReason) -> Parcel {
    assert_eq!(error.reason(), reason);
    let DepotMessage::Put { parcel, .. } = error.into_message() else { panic!("another message") };
    parcel
}

async fn expect_refusal(depot: &DepotAddr) {
    let error = depot.put(Parcel(1)).try_send().unwrap_err();
    assert_eq!(parcel(error, SendReason::Stopped), Parcel(1));
    let error = depot.put(Parcel(2)).send().await.unwrap_err();
    assert_eq!(parcel(error, SendReason::Stopped), Parcel(2));
    let error = depot.put(Parcel(3)).send().timeout(Duration::ZERO).await.unwrap_err();
    assert_eq!(parcel(error, SendReason::Stopped), Parcel(3));
    let (reply, answer) = Reply::pair();
    let error = depot.put(Parcel(4)).reply_to(reply).try_send().unwrap_err();
    // The reply comes back with the message.
    assert_eq!(error.reason(), SendReason::Stopped);
    let (DepotMessage::Put { parcel: Parcel(4), .. }, reply) = error.into_message() else {
        panic!("another message")
    };
    drop(reply);
    assert_eq!(answer.await, Err(CallError::NoReply));
    assert_eq!(depot.put(Parcel(5)).await, Err(CallError::Stopped));
    assert_eq!(depot.put(Parcel(5)).if_room().await, Err(CallError::Stopped));
    assert_eq!(depot.put(Parcel(5)).timeout(Duration::ZERO).await, Err(CallError::Stopped));
}

pub fn sending_to_an_ended_actor_hands_the_message_back(system: &System) {
    system.block_on(async {
        let depot = || reached(Depot { entered: Tally::default() }.spawn());
        let (stopped, killed, failed) = (depot().await, depot().await, depot().await);
        stopped.stop();
        // From the stop on, whether it has ended or not.
        expect_refusal(&stopped).await;
        assert_eq!(stopped.join().await, Exit::Stopped);
        killed.kill();
        assert_eq!(killed.join().await, Exit::Killed);
        assert!(failed.fail().await.is_err());
        assert!(matches!(failed.join().await, Exit::Failed(_)));
        for depot in [stopped, killed, failed] {
            expect_refusal(&depot).await;
        }
    });
}

/// Ends an actor with senders that wait for capacity.
fn waiting_senders(system: &System, end: fn(&DepotAddr)) -> Exit {
    system.block_on(async {
        let entered = Tally::default();
        let gate = Gate::new();
        let depot = reached(Depot { entered: entered.clone() }.spawn()).await;
        depot.hold(gate.clone()).send().await.unwrap();
        entered.reaches(1).await;
        fill(|| depot.put(Parcel(0))).await;
        let error = depot.put(Parcel(1)).try_send().unwrap_err();
        assert_eq!(parcel(error, SendReason::Full), Parcel(1));
        let mut waiting: Vec<_> = (0..20).map(|number| depot.put(Parcel(number)).send()).collect();
        for sending in &mut waiting {
            assert!(poll_once(sending).await.is_none());
        }
        end(&depot);
        for (number, sending) in (0..).zip(waiting) {
            assert_eq!(parcel(sending.await.unwrap_err(), SendReason::Stopped), Parcel(number));
        }
        gate.open();
        depot.join().await
    })
}

pub fn a_send_that_waits_for_capacity_gets_its_message_back_at_the_end(system: &System) {
    assert_eq!(waiting_senders(system, |depot| depot.stop()), Exit::Stopped);
}

pub fn a_send_that_waits_for_capacity_gets_its_message_back_at_a_kill(system: &System) {
    assert_eq!(waiting_senders(system, |depot| depot.kill()), Exit::Killed);
}

/// Its argument is `Send`, but not `Sync`.
#[actor(capacity = 1)]
struct Pocket {
    total: u32,
}

#[actor(remote)]
impl Pocket {
    fn put(&mut self, coin: Cell<u32>) -> u32 {
        self.total += coin.take();
        self.total
    }
}

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

async fn use_it(pocket: &PocketAddr, coin: u32) -> Fallible<u32> {
    pocket.put(Cell::new(coin)).send().await?;
    let total = pocket.put(Cell::new(coin)).await?;
    pocket.put(Cell::new(0)).try_send()?;
    Ok(total)
}

/// One `?` for a whole service.
async fn use_it_in_a_service(pocket: &PocketAddr) -> Result<u32, CallError> {
    pocket.put(Cell::new(1)).send().await?;
    pocket.put(Cell::new(1)).try_send()?;
    pocket.put(Cell::new(1)).await
}

pub fn a_send_error_goes_through_the_question_mark(system: &System) {
    fn is_an_error<E: Error + Send + Sync + 'static>(_: &E) {}
    system.block_on(async {
        let pocket = reached(Pocket { total: 0 }.spawn()).await;
        assert_eq!(use_it(&pocket, 2).await.unwrap(), 4);
        pocket.stop();
        let error = pocket.put(Cell::new(3)).try_send().unwrap_err();
        is_an_error(&error);
        assert!(format!("{error:?}").contains("Stopped"), "`Debug` without that of the message");
        let PocketMessage::Put { coin, .. } = error.into_message() else { panic!("another") };
        assert_eq!(coin.get(), 3);
        let error = use_it(&pocket, 2).await.unwrap_err();
        assert!(error.is::<SendError<PocketMessage>>(), "{error}");
        assert_eq!(error.to_string(), "not sent: the actor has stopped");
        assert_eq!(use_it_in_a_service(&pocket).await, Err(CallError::Stopped));
    });
}

pub fn calls_are_combined_and_owned(system: &System) {
    fn is_send_and_unpin<F: Future + Send + Unpin>(future: F) -> F {
        future
    }
    system.block_on(async {
        let pocket = reached(Pocket { total: 0 }.spawn()).await;
        let calls = (1..=20).map(|coin| is_send_and_unpin(pocket.put(Cell::new(coin))));
        let totals = join_all(calls).await;
        let expected = (1..=20).map(|last| Ok(last * (last + 1) / 2));
        assert_eq!(totals, expected.collect::<Vec<_>>());

        let first = race(pocket.put(Cell::new(0)), std::future::pending()).await;
        assert_eq!(first, Ok(210));
        let timed = pocket.put(Cell::new(0)).timeout(Duration::from_secs(60));
        assert_eq!(is_send_and_unpin(timed).await, Ok(210));

        // In a spawned task nothing can be borrowed, so the call holds the address itself.
        let task = actor_core::spawn_task(pocket.put(Cell::new(5)).into_owned());
        let temporary = reached(Pocket { total: 0 }.spawn()).await.put(Cell::new(7)).into_owned();
        drop(pocket);
        assert_eq!(task.await, Ok(215));
        assert_eq!(temporary.await, Ok(7));
    });
}
