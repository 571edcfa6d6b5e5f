//! A hand-written smol task: `async-executor`, `async_channel::bounded(64)`, `oneshot`.

use async_channel::{self as channel, Sender};
use async_executor::Executor;
use benches::{Done, Framework, spin};
use std::sync::LazyLock;
use std::thread;

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

impl Framework for Smol {
    type Counter = Sender<Work>;
    type Node = Sender<Hop>;
    type Sink<const N: usize> = Sender<Mouthful<N>>;

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

    async fn send(counter: &Self::Counter, rounds: u64) {
        let _ = counter.send(Work { rounds, reply: None }).await;
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
}

fn main() {
    benches::run::<Smol>();
}
