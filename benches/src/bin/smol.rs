//! A hand-written smol task: `async-executor`, `async_channel::bounded(64)`, `oneshot`, and the timers of
//! `async-io`.

use async_channel::{self as channel, Sender};
use async_executor::Executor;
use async_io::Timer;
use benches::savina::{Letter, Role};
use benches::{Done, Framework, spin};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

struct Smol;

static EXECUTOR: LazyLock<Executor<'static>> = LazyLock::new(Executor::new);

fn start(future: impl Future<Output = ()> + Send + 'static) {
    EXECUTOR.spawn(future).detach();
}

struct Work {
    rounds: u64,
    reply: Option<oneshot::Sender<u64>>,
}

enum Hop {
    Link(Sender<Hop>, oneshot::Sender<()>),
    Pass(u64),
}

enum Mouthful<const N: usize> {
    Bytes([u8; N]),
    Swallowed(oneshot::Sender<u64>),
}

/// An address that the messages can contain.
#[derive(Clone)]
struct Seat(Sender<Letter<Seat>>);

impl Framework for Smol {
    type Counter = Sender<Work>;
    type Relay = Sender<Work>;
    type Node = Sender<Hop>;
    type Sink<const N: usize> = Sender<Mouthful<N>>;
    type Player = Seat;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        let (done, ended) = channel::bounded::<()>(1);
        for _ in 0..workers {
            let ended = ended.clone();
            thread::spawn(move || futures_lite::future::block_on(EXECUTOR.run(ended.recv())));
        }
        futures_lite::future::block_on(EXECUTOR.spawn(main));
        drop(done);
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        start(future);
    }

    async fn counter() -> Self::Counter {
        let (sender, receiver) = channel::bounded::<Work>(64);
        start(async move {
            let mut total = 0;
            while let Ok(work) = receiver.recv().await {
                total += spin(work.rounds);
                if let Some(reply) = work.reply {
                    let _ = reply.send(total);
                }
            }
        });
        sender
    }

    async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
        let (reply, answer) = oneshot::async_channel();
        let _ = counter.send(Work { rounds, reply: Some(reply) }).await;
        answer.await.expect("a counter answers")
    }

    async fn call_within(counter: &Self::Counter, rounds: u64, limit: Duration) -> u64 {
        let answer = async { Some(Self::call(counter, rounds).await) };
        let late = async {
            Timer::after(limit).await;
            None
        };
        futures_lite::future::or(answer, late).await.expect("a counter is fast")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        let _ = counter.send(Work { rounds, reply: None }).await;
    }

    async fn relay(counter: Self::Counter) -> Self::Relay {
        let (sender, receiver) = channel::bounded::<Work>(64);
        start(async move {
            while let Ok(work) = receiver.recv().await {
                let total = Self::call(&counter, work.rounds).await;
                if let Some(reply) = work.reply {
                    let _ = reply.send(total);
                }
            }
        });
        sender
    }

    async fn call_relay(relay: &Self::Relay, rounds: u64) -> u64 {
        Self::call(relay, rounds).await
    }

    async fn node(done: Done) -> Self::Node {
        let (sender, receiver) = channel::bounded::<Hop>(64);
        start(async move {
            let mut next = None;
            while let Ok(hop) = receiver.recv().await {
                match (hop, &next) {
                    (Hop::Link(node, reply), _) => {
                        next = Some(node);
                        let _ = reply.send(());
                    }
                    (Hop::Pass(hops), Some(next)) if hops > 1 => {
                        let _ = next.send(Hop::Pass(hops - 1)).await;
                    }
                    (Hop::Pass(_), _) => drop(done.try_send(())),
                }
            }
        });
        sender
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        let (reply, answer) = oneshot::async_channel();
        let _ = node.send(Hop::Link(next, reply)).await;
        let _ = answer.await;
    }

    async fn pass(node: &Self::Node, hops: u64) {
        let _ = node.send(Hop::Pass(hops)).await;
    }

    async fn sink<const N: usize>() -> Self::Sink<N> {
        let (sender, receiver) = channel::bounded::<Mouthful<N>>(64);
        start(async move {
            let mut swallowed = 0;
            while let Ok(mouthful) = receiver.recv().await {
                match mouthful {
                    Mouthful::Bytes(bytes) => swallowed += u64::from(bytes[0]),
                    Mouthful::Swallowed(reply) => drop(reply.send(swallowed)),
                }
            }
        });
        sender
    }

    async fn swallow<const N: usize>(sink: &Self::Sink<N>, bytes: [u8; N]) {
        let _ = sink.send(Mouthful::Bytes(bytes)).await;
    }

    async fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> u64 {
        let (reply, answer) = oneshot::async_channel();
        let _ = sink.send(Mouthful::Swallowed(reply)).await;
        answer.await.expect("a sink answers")
    }

    async fn player(mut role: Role<Seat>) -> Seat {
        let (sender, receiver) = channel::bounded::<Letter<Seat>>(64);
        start(async move {
            while let Ok(letter) = receiver.recv().await {
                for (to, letter) in role.handle(letter).into_iter().flatten() {
                    let _ = to.0.send(letter).await;
                }
            }
        });
        Seat(sender)
    }

    async fn tell(player: &Seat, letter: Letter<Seat>) {
        let _ = player.0.send(letter).await;
    }
}

fn main() {
    benches::run::<Smol>();
}
