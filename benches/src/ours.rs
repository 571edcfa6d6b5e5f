//! This framework: with sync handlers, with async handlers, and with supervised and named actors.

use crate::framework::{Done, Framework, spin};
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
    ($flavour:ident, $counter:ident, $node:ident, $make:expr) => {
        impl Framework for $flavour {
            type Counter = <$counter as Actor>::Addr;
            type Node = <$node as Actor>::Addr;
            type Sink<const N: usize> = SinkAddr<N>;

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

            async fn send(counter: &Self::Counter, rounds: u64) {
                counter.work(rounds).send().await.expect("a counter does not end");
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
        }
    };
}

framework!(Sync, Counter, Node, Counter { total: 0 }.spawn());
framework!(Async, Later, LaterNode, Later { total: 0 }.spawn());
framework!(Supervised, Counter, Node, supervised());
