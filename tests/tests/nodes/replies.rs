//! Replies of other nodes: where they are decoded, and their position before the exit of their actor.

use actor_core::prelude::*;
use actor_core::spawn_task;
use actor_remote::SimNetwork;
use futures_lite::future::poll_once;
use serde::{Deserialize, Deserializer, Serialize};
use std::pin::pin;
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use tests::two_nodes;

const LIMIT: Duration = Duration::from_secs(60);

/// Whether the decoder of a `Blocked` has begun, and whether it may return.
static GATE: Mutex<(bool, bool)> = Mutex::new((false, false));
static CHANGED: Condvar = Condvar::new();

/// A reply whose decoder blocks its thread until the gate is open.
#[derive(Debug, PartialEq, Serialize)]
struct Blocked(u64);

impl<'de> Deserialize<'de> for Blocked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        let mut gate = GATE.lock().unwrap();
        gate.0 = true;
        CHANGED.notify_all();
        let (_gate, waited) =
            CHANGED.wait_timeout_while(gate, LIMIT, |(_, is_open)| !*is_open).unwrap();
        assert!(!waited.timed_out(), "the gate was opened");
        Ok(Blocked(number))
    }
}

/// A reply of a type that is not plain.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Number(u64);

#[actor]
#[derive(Default)]
struct Clerk {
    number: u64,
}

#[actor(remote)]
impl Clerk {
    fn blocked(&mut self) -> Blocked {
        self.number += 1;
        Blocked(self.number)
    }

    fn plain(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn echo(&self, other: ClerkAddr) -> ClerkAddr {
        other
    }

    fn number(&mut self) -> Number {
        self.number += 1;
        Number(self.number)
    }
}

#[test]
fn a_decoder_of_a_reply_that_blocks_delays_no_other_actor() {
    let system = System::builder().threads(2).build();
    system.block_on(async {
        let (server, client) = two_nodes();
        let (mut there, mut clerks) = (Vec::new(), Vec::new());
        for name in ["slow", "other"] {
            let clerk = Clerk::default().spawn();
            server.register(name, &clerk).unwrap();
            there.push(clerk);
            clerks.push(client.wait_for::<ClerkAddr>(name, LIMIT).await.unwrap());
        }
        let slow = spawn_task(clerks[0].blocked().into_owned());
        let entered = || {
            let gate = GATE.lock().unwrap();
            let (gate, _) = CHANGED.wait_timeout_while(gate, LIMIT, |it| !it.0).unwrap();
            assert!(gate.0, "the decoder has begun");
        };
        actor_core::unblock(entered).await;
        assert_eq!(clerks[0].plain().await, Ok(2));
        let behind = spawn_task(clerks[0].number().into_owned());
        for number in (1..100).step_by(2) {
            assert_eq!(clerks[1].plain().await, Ok(number));
            assert_eq!(clerks[1].number().await, Ok(Number(number + 1)));
        }
        // The exit of an actor waits for the reply, and calls of the other one go on.
        there[0].stop();
        let mut exit = pin!(clerks[0].join());
        while there[0].is_alive() || server.tables().exports > 1 {
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
        for number in 101..200 {
            assert_eq!(clerks[1].plain().await, Ok(number));
        }
        assert!(!behind.is_finished() && !slow.is_finished());
        assert_eq!(poll_once(&mut exit).await, None);
        GATE.lock().unwrap().1 = true;
        CHANGED.notify_all();
        assert_eq!((slow.await, behind.await), (Ok(Blocked(1)), Ok(Number(3))));
        assert_eq!(exit.await, Exit::Stopped);
    });
    system.block_on(system.shutdown(LIMIT));
}

/// The other node releases the address as soon as it has sent the reply.
#[actor_core::test(seeds = 100)]
async fn an_address_in_a_reply_returns_as_the_same_address() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    server.register("clerk", &Clerk::default().spawn()).unwrap();
    let clerk: ClerkAddr = client.wait_for("clerk", LIMIT).await.unwrap();
    let mine = Clerk::default().spawn_on(client.system());
    for _ in 0..5 {
        assert_eq!(clerk.echo(mine.clone()).await, Ok(mine.clone()));
    }
    mine.stop();
    actor_core::time::sleep(LIMIT).await;
    assert_eq!(client.tables().exports, 0);
}
