//! The workloads measured in nanoseconds per operation.

use crate::framework::{Done, Framework};
use crate::load::Load;
use crate::savina::{Letter, PLAYERS, Role};
use async_channel::Receiver;
use futures_util::future::join_all;
use std::time::Duration;

/// Calls to `ACTORS` actors in turn; each call waits for the reply of the previous one.
pub(crate) struct Call<F: Framework, const ACTORS: usize> {
    counters: Vec<F::Counter>,
    next: usize,
}

impl<F: Framework, const ACTORS: usize> Load<F> for Call<F, ACTORS> {
    const CHUNK: u64 = 1000;

    async fn set_up() -> Self {
        let mut counters = Vec::with_capacity(ACTORS);
        for _ in 0..ACTORS {
            let counter = F::counter().await;
            F::call(&counter, 0).await;
            counters.push(counter);
        }
        Call { counters, next: 0 }
    }

    async fn run(&mut self, operations: u64) -> u64 {
        for _ in 0..operations {
            F::call(&self.counters[self.next], 0).await;
            // A step that is coprime to every power of ten: successive actors are not adjacent in
            // memory.
            self.next = (self.next + 7919) % ACTORS;
        }
        operations
    }
}

/// Calls with a timeout of 30 s.
pub(crate) struct TimedCall<F: Framework>(F::Counter);

impl<F: Framework> Load<F> for TimedCall<F> {
    const CHUNK: u64 = 1000;

    async fn set_up() -> Self {
        TimedCall(F::counter().await)
    }

    async fn run(&mut self, operations: u64) -> u64 {
        for _ in 0..operations {
            F::call_within(&self.0, 0, Duration::from_secs(30)).await;
        }
        operations
    }
}

/// Calls to an actor whose handler calls another actor.
pub(crate) struct Relay<F: Framework> {
    relay: F::Relay,
    total: u64,
}

impl<F: Framework> Load<F> for Relay<F> {
    const CHUNK: u64 = 1000;

    async fn set_up() -> Self {
        let relay = F::relay(F::counter().await).await;
        let total = F::call_relay(&relay, 1).await;
        Relay { relay, total }
    }

    async fn run(&mut self, operations: u64) -> u64 {
        for _ in 0..operations {
            let total = F::call_relay(&self.relay, 0).await;
            assert_eq!(total, self.total, "the reply of the counter");
        }
        operations
    }
}

/// `CLIENTS` tasks call one actor.
pub(crate) struct Clients<F: Framework, const CLIENTS: usize>(F::Counter);

impl<F: Framework, const CLIENTS: usize> Load<F> for Clients<F, CLIENTS> {
    const CHUNK: u64 = 10_000;

    async fn set_up() -> Self {
        Clients(F::counter().await)
    }

    async fn run(&mut self, operations: u64) -> u64 {
        let share = operations / CLIENTS as u64;
        let counter = self.0.clone();
        in_tasks::<F, _>(CLIENTS, move || {
            let counter = counter.clone();
            async move {
                for _ in 0..share {
                    F::call(&counter, 0).await;
                }
            }
        })
        .await;
        share * CLIENTS as u64
    }
}

/// `PRODUCERS` tasks send to one actor as fast as it accepts messages.
pub(crate) struct Send<F: Framework, const PRODUCERS: usize>(F::Counter);

impl<F: Framework, const PRODUCERS: usize> Load<F> for Send<F, PRODUCERS> {
    const CHUNK: u64 = 10_000;

    async fn set_up() -> Self {
        Send(F::counter().await)
    }

    async fn run(&mut self, operations: u64) -> u64 {
        let share = operations / PRODUCERS as u64;
        let counter = self.0.clone();
        in_tasks::<F, _>(PRODUCERS, move || {
            let counter = counter.clone();
            async move {
                for _ in 0..share {
                    F::send(&counter, 0).await;
                }
            }
        })
        .await;
        F::call(&self.0, 0).await;
        share * PRODUCERS as u64
    }
}

/// An actor is created, called once, and dropped.
pub(crate) struct Spawn;

impl<F: Framework> Load<F> for Spawn {
    const CHUNK: u64 = 100;

    async fn set_up() -> Self {
        Spawn
    }

    async fn run(&mut self, operations: u64) -> u64 {
        for _ in 0..operations {
            F::call(&F::counter().await, 0).await;
        }
        operations
    }
}

/// A thousand actors are created, get work, and are awaited.
pub(crate) struct ForkJoin;

impl<F: Framework> Load<F> for ForkJoin {
    const CHUNK: u64 = 1000;

    async fn set_up() -> Self {
        ForkJoin
    }

    async fn run(&mut self, operations: u64) -> u64 {
        let mut counters = Vec::with_capacity(operations as usize);
        for _ in 0..operations {
            let counter = F::counter().await;
            F::send(&counter, 0).await;
            counters.push(counter);
        }
        join_all(counters.iter().map(|counter| F::call(counter, 0))).await;
        operations
    }
}

/// Messages are sent to 64 actors in turn, each with `ROUNDS` of work.
pub(crate) struct Spread<F: Framework, const ROUNDS: u64>(Vec<F::Counter>);

impl<F: Framework, const ROUNDS: u64> Load<F> for Spread<F, ROUNDS> {
    const CHUNK: u64 = 16_384;

    async fn set_up() -> Self {
        let mut counters = Vec::new();
        for _ in 0..64 {
            counters.push(F::counter().await);
        }
        Spread(counters)
    }

    async fn run(&mut self, operations: u64) -> u64 {
        for _ in 0..operations / 1024 {
            for counter in &self.0 {
                for _ in 0..16 {
                    F::send(counter, ROUNDS).await;
                }
            }
        }
        join_all(self.0.iter().map(|counter| F::call(counter, 0))).await;
        operations / 1024 * 1024
    }
}

/// `RINGS` rings of `NODES` nodes each; one token travels around each ring.
pub(crate) struct Ring<F: Framework, const RINGS: usize, const NODES: usize> {
    rings: Vec<F::Node>,
    ended: Receiver<()>,
}

impl<F: Framework, const RINGS: usize, const NODES: usize> Load<F> for Ring<F, RINGS, NODES> {
    const CHUNK: u64 = 16_000;

    async fn set_up() -> Self {
        let (done, ended) = async_channel::bounded(RINGS);
        let mut rings = Vec::new();
        for _ in 0..RINGS {
            rings.push(ring::<F>(NODES, &done).await);
        }
        Ring { rings, ended }
    }

    async fn run(&mut self, operations: u64) -> u64 {
        let share = operations / RINGS as u64;
        for first in &self.rings {
            F::pass(first, share).await;
        }
        for _ in 0..RINGS {
            let _ = self.ended.recv().await;
        }
        share * RINGS as u64
    }
}

async fn ring<F: Framework>(nodes: usize, done: &Done) -> F::Node {
    let first = F::node(done.clone()).await;
    let mut last = first.clone();
    for _ in 1..nodes {
        let next = F::node(done.clone()).await;
        F::link(&last, next.clone()).await;
        last = next;
    }
    F::link(&last, first.clone()).await;
    first
}

/// One producer, messages of `N` bytes.
pub(crate) struct Bytes<F: Framework, const N: usize>(F::Sink<N>);

impl<F: Framework, const N: usize> Load<F> for Bytes<F, N> {
    const CHUNK: u64 = 1000;

    async fn set_up() -> Self {
        Bytes(F::sink().await)
    }

    async fn run(&mut self, operations: u64) -> u64 {
        for _ in 0..operations {
            F::swallow(&self.0, [7; N]).await;
        }
        F::swallowed(&self.0).await;
        operations
    }
}

/// *Big* of the Savina suite: 60 actors; each pings another one, chosen at random, and waits for its pong. An
/// operation is a ping and its pong.
pub(crate) struct Big<F: Framework> {
    players: Vec<F::Player>,
    results: Receiver<u64>,
}

impl<F: Framework> Load<F> for Big<F> {
    const CHUNK: u64 = 256 * PLAYERS as u64;

    async fn set_up() -> Self {
        let (result, results) = async_channel::bounded(PLAYERS);
        let mut players = Vec::new();
        for own in 0..PLAYERS {
            players.push(F::player(Role::pinger(own, result.clone())).await);
        }
        for player in &players {
            F::tell(player, Letter::Contacts(players.clone())).await;
        }
        Big { players, results }
    }

    async fn run(&mut self, operations: u64) -> u64 {
        let share = operations / PLAYERS as u64;
        for player in &self.players {
            F::tell(player, Letter::Start(share)).await;
        }
        let mut answered = 0;
        for _ in 0..PLAYERS {
            answered += self.results.recv().await.unwrap_or(0);
        }
        assert_eq!(answered, share * PLAYERS as u64, "one pong for each ping");
        answered
    }
}

/// *Chameneos* of the Savina suite: 60 creatures go to a mall, which pairs them; both change their color and
/// go to the mall again. An operation is a meeting, which takes four messages.
pub(crate) struct Chameneos<F: Framework> {
    mall: F::Player,
    creatures: Vec<F::Player>,
    results: Receiver<u64>,
}

impl<F: Framework> Load<F> for Chameneos<F> {
    const CHUNK: u64 = 10_000;

    async fn set_up() -> Self {
        let (result, results) = async_channel::bounded(1);
        let mall = F::player(Role::mall(result)).await;
        let mut creatures = Vec::new();
        for number in 0..PLAYERS {
            let creature = F::player(Role::creature((number % 3) as u8)).await;
            F::tell(&creature, Letter::Contacts(vec![mall.clone(), creature.clone()])).await;
            creatures.push(creature);
        }
        Chameneos { mall, creatures, results }
    }

    async fn run(&mut self, operations: u64) -> u64 {
        F::tell(&self.mall, Letter::Start(operations)).await;
        for creature in &self.creatures {
            F::tell(creature, Letter::Start(operations)).await;
        }
        let met = self.results.recv().await;
        assert_eq!(met, Ok(2 * operations), "both creatures count each meeting");
        operations
    }
}

/// Runs this number of tasks to completion.
async fn in_tasks<F: Framework, U>(count: usize, make: impl Fn() -> U)
where
    U: Future<Output = ()> + core::marker::Send + 'static,
{
    let (done, ended) = async_channel::bounded(count);
    for _ in 0..count {
        let (task, done) = (make(), done.clone());
        F::task(async move {
            task.await;
            let _ = done.send(()).await;
        });
    }
    for _ in 0..count {
        let _ = ended.recv().await;
    }
}
