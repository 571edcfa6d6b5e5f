//! This framework: with sync handlers, with async handlers, and with supervised and named actors.

use crate::framework::{Done, Framework, spin};
use crate::savina::{Letter, Role};
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor, SupervisorAddr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// All handlers are sync.
pub struct Sync;
/// All handlers are async.
pub struct Async;
/// Like `Sync`; each counter has a supervisor and a name.
pub struct Supervised;

#[actor]
pub struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    fn work(&mut self, rounds: u64) -> u64 {
        self.total += spin(rounds);
        self.total
    }
}

#[actor]
pub struct Later {
    total: u64,
}

#[actor]
impl Later {
    async fn work(&mut self, rounds: u64) -> u64 {
        self.total += spin(rounds);
        self.total
    }
}

/// A handler that awaits a call is async, whatever the handlers of the counter are.
#[actor]
pub struct Relay {
    counter: CounterAddr,
}

#[actor]
impl Relay {
    async fn work(&mut self, rounds: u64) -> u64 {
        self.counter.work(rounds).await.expect("a counter does not fail")
    }
}

#[actor]
pub struct LaterRelay {
    counter: LaterAddr,
}

#[actor]
impl LaterRelay {
    async fn work(&mut self, rounds: u64) -> u64 {
        self.counter.work(rounds).await.expect("a counter does not fail")
    }
}

#[actor]
pub struct Node {
    next: Option<NodeAddr>,
    done: Done,
}

#[actor]
impl Node {
    fn link(&mut self, next: NodeAddr) {
        self.next = Some(next);
    }

    fn pass(&mut self, hops: u64) {
        match &self.next {
            Some(next) if hops > 1 => drop(next.pass(hops - 1).try_send()),
            _ => drop(self.done.try_send(())),
        }
    }
}

#[actor]
pub struct LaterNode {
    next: Option<LaterNodeAddr>,
    done: Done,
}

#[actor]
impl LaterNode {
    async fn link(&mut self, next: LaterNodeAddr) {
        self.next = Some(next);
    }

    async fn pass(&mut self, hops: u64) {
        match &self.next {
            Some(next) if hops > 1 => drop(next.pass(hops - 1).send().await),
            _ => drop(self.done.try_send(())),
        }
    }
}

#[actor]
pub struct Sink<const N: usize> {
    swallowed: u64,
}

#[actor]
impl<const N: usize> Sink<N> {
    fn swallow(&mut self, bytes: [u8; N]) {
        self.swallowed += u64::from(bytes[0]);
    }

    fn swallowed(&self) -> u64 {
        self.swallowed
    }
}

#[actor]
pub struct Player {
    role: Role<PlayerAddr>,
}

#[actor]
impl Player {
    fn letter(&mut self, letter: Letter<PlayerAddr>) {
        for (to, letter) in self.role.handle(letter).into_iter().flatten() {
            to.letter(letter).try_send().expect("a mailbox has capacity for all players");
        }
    }
}

#[actor]
pub struct LaterPlayer {
    role: Role<LaterPlayerAddr>,
}

#[actor]
impl LaterPlayer {
    async fn letter(&mut self, letter: Letter<LaterPlayerAddr>) {
        for (to, letter) in self.role.handle(letter).into_iter().flatten() {
            to.letter(letter).send().await.expect("a player does not end");
        }
    }
}

/// Gives a counter a shared supervisor and a name of its own.
fn supervised() -> CounterAddr {
    static SUPERVISOR: OnceLock<SupervisorAddr> = OnceLock::new();
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let supervisor = SUPERVISOR.get_or_init(|| Supervisor::one_for_one().spawn());
    let counter = supervisor.start(Child::new("counter", || Counter { total: 0 }));
    let name = format!("counter-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    counter.register(&name).expect("each name is given once");
    counter
}

macro_rules! framework {
    ($flavour:ident, $counter:ident, $relay:ident, $node:ident, $player:ident, $make:expr) => {
        impl Framework for $flavour {
            type Counter = <$counter as Actor>::Addr;
            type Relay = <$relay as Actor>::Addr;
            type Node = <$node as Actor>::Addr;
            type Sink<const N: usize> = SinkAddr<N>;
            type Player = <$player as Actor>::Addr;

            const HAS_TIMERS: bool = true;

            async fn sleep(limit: Duration) {
                actor_core::time::sleep(limit).await;
            }

            fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
                let system = System::builder().threads(workers).build();
                system.block_on(async { actor_core::spawn_task(main).await });
            }

            fn task(future: impl Future<Output = ()> + Send + 'static) {
                actor_core::spawn_task(future).detach();
            }

            async fn counter() -> Self::Counter {
                $make
            }

            async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
                counter.work(rounds).await.expect("a counter does not fail")
            }

            async fn call_within(counter: &Self::Counter, rounds: u64, limit: Duration) -> u64 {
                counter.work(rounds).timeout(limit).await.expect("a counter does not fail")
            }

            async fn send(counter: &Self::Counter, rounds: u64) {
                counter.work(rounds).send().await.expect("a counter does not end");
            }

            async fn relay(counter: Self::Counter) -> Self::Relay {
                $relay { counter }.spawn()
            }

            async fn call_relay(relay: &Self::Relay, rounds: u64) -> u64 {
                relay.work(rounds).await.expect("a relay does not fail")
            }

            async fn node(done: Done) -> Self::Node {
                $node { next: None, done }.spawn()
            }

            async fn link(node: &Self::Node, next: Self::Node) {
                node.link(next).await.expect("a node does not fail");
            }

            async fn pass(node: &Self::Node, hops: u64) {
                node.pass(hops).send().await.expect("a node does not end");
            }

            async fn sink<const N: usize>() -> SinkAddr<N> {
                Sink { swallowed: 0 }.spawn()
            }

            async fn swallow<const N: usize>(sink: &SinkAddr<N>, bytes: [u8; N]) {
                sink.swallow(bytes).send().await.expect("a sink does not end");
            }

            async fn swallowed<const N: usize>(sink: &SinkAddr<N>) -> u64 {
                sink.swallowed().await.expect("a sink does not fail")
            }

            async fn player(role: Role<Self::Player>) -> Self::Player {
                $player { role }.spawn()
            }

            async fn tell(player: &Self::Player, letter: Letter<Self::Player>) {
                player.letter(letter).send().await.expect("a player does not end");
            }
        }
    };
}

framework!(Sync, Counter, Relay, Node, Player, Counter { total: 0 }.spawn());
framework!(Async, Later, LaterRelay, LaterNode, LaterPlayer, Later { total: 0 }.spawn());
framework!(Supervised, Counter, Relay, Node, Player, supervised());
