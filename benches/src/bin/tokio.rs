//! A hand-written tokio task: `mpsc` with a capacity of 64, `oneshot` for replies.

use benches::{Done, Framework, spin};
use tokio::sync::{mpsc, oneshot};

struct Tokio;

struct Work {
    rounds: u64,
    reply: Option<oneshot::Sender<u64>>,
}

enum Hop {
    Link(mpsc::Sender<Hop>, oneshot::Sender<()>),
    Pass(u64),
}

enum Mouthful<const N: usize> {
    Bytes([u8; N]),
    Swallowed(oneshot::Sender<u64>),
}

impl Framework for Tokio {
    type Counter = mpsc::Sender<Work>;
    type Node = mpsc::Sender<Hop>;
    type Sink<const N: usize> = mpsc::Sender<Mouthful<N>>;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        benches::tokio(workers, main);
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }

    async fn counter() -> Self::Counter {
        let (sender, mut receiver) = mpsc::channel::<Work>(64);
        tokio::spawn(async move {
            let mut total = 0;
            while let Some(work) = receiver.recv().await {
                total += spin(work.rounds);
                if let Some(reply) = work.reply {
                    let _ = reply.send(total);
                }
            }
        });
        sender
    }

    async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        let _ = counter.send(Work { rounds, reply: Some(reply) }).await;
        answer.await.expect("a counter answers")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        let _ = counter.send(Work { rounds, reply: None }).await;
    }

    async fn node(done: Done) -> Self::Node {
        let (sender, mut receiver) = mpsc::channel::<Hop>(64);
        tokio::spawn(async move {
            let mut next = None;
            while let Some(hop) = receiver.recv().await {
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
        let (reply, answer) = oneshot::channel();
        let _ = node.send(Hop::Link(next, reply)).await;
        let _ = answer.await;
    }

    async fn pass(node: &Self::Node, hops: u64) {
        let _ = node.send(Hop::Pass(hops)).await;
    }

    async fn sink<const N: usize>() -> Self::Sink<N> {
        let (sender, mut receiver) = mpsc::channel::<Mouthful<N>>(64);
        tokio::spawn(async move {
            let mut swallowed = 0;
            while let Some(mouthful) = receiver.recv().await {
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
        let (reply, answer) = oneshot::channel();
        let _ = sink.send(Mouthful::Swallowed(reply)).await;
        answer.await.expect("a sink answers")
    }
}

fn main() {
    benches::run::<Tokio>();
}
