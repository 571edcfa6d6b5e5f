//! A hand-written tokio task: an `mpsc` channel for messages, and a `oneshot` for each reply.

use crate::framework::{Done, Framework, spin};
use crate::savina::{Letter, Role};
use std::marker::PhantomData;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The tasks receive from channels of this kind.
pub struct Tokio<C>(PhantomData<C>);

/// One of the channels of tokio.
pub trait Channel: Send + Sync + 'static {
    type Sender<T: Send + 'static>: Clone + Send + Sync + 'static;
    type Receiver<T: Send + 'static>: Send;
    fn channel<T: Send + 'static>() -> (Self::Sender<T>, Self::Receiver<T>);
    fn send<T: Send + 'static>(
        sender: &Self::Sender<T>,
        message: T,
    ) -> impl Future<Output = ()> + Send;
    fn receive<T: Send + 'static>(
        receiver: &mut Self::Receiver<T>,
    ) -> impl Future<Output = Option<T>> + Send;
}

/// A capacity of 64 messages.
pub struct Bounded;

impl Channel for Bounded {
    type Sender<T: Send + 'static> = mpsc::Sender<T>;
    type Receiver<T: Send + 'static> = mpsc::Receiver<T>;

    fn channel<T: Send + 'static>() -> (mpsc::Sender<T>, mpsc::Receiver<T>) {
        mpsc::channel(64)
    }

    async fn send<T: Send + 'static>(sender: &mpsc::Sender<T>, message: T) {
        let _ = sender.send(message).await;
    }

    async fn receive<T: Send + 'static>(receiver: &mut mpsc::Receiver<T>) -> Option<T> {
        receiver.recv().await
    }
}

/// Senders never wait.
pub struct Unbounded;

impl Channel for Unbounded {
    type Sender<T: Send + 'static> = mpsc::UnboundedSender<T>;
    type Receiver<T: Send + 'static> = mpsc::UnboundedReceiver<T>;

    fn channel<T: Send + 'static>() -> (mpsc::UnboundedSender<T>, mpsc::UnboundedReceiver<T>) {
        mpsc::unbounded_channel()
    }

    async fn send<T: Send + 'static>(sender: &mpsc::UnboundedSender<T>, message: T) {
        let _ = sender.send(message);
    }

    async fn receive<T: Send + 'static>(receiver: &mut mpsc::UnboundedReceiver<T>) -> Option<T> {
        receiver.recv().await
    }
}

pub struct Work {
    rounds: u64,
    reply: Option<oneshot::Sender<u64>>,
}

pub enum Hop<C: Channel> {
    Link(C::Sender<Hop<C>>, oneshot::Sender<()>),
    Pass(u64),
}

pub enum Mouthful<const N: usize> {
    Bytes([u8; N]),
    Swallowed(oneshot::Sender<u64>),
}

/// An address that the messages can contain.
pub struct Seat<C: Channel>(C::Sender<Letter<Seat<C>>>);

impl<C: Channel> Clone for Seat<C> {
    fn clone(&self) -> Self {
        Seat(self.0.clone())
    }
}

impl<C: Channel> Framework for Tokio<C> {
    type Counter = C::Sender<Work>;
    type Relay = C::Sender<Work>;
    type Node = C::Sender<Hop<C>>;
    type Sink<const N: usize> = C::Sender<Mouthful<N>>;
    type Player = Seat<C>;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        crate::tokio(workers, main);
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }

    async fn counter() -> Self::Counter {
        let (sender, mut receiver) = C::channel::<Work>();
        tokio::spawn(async move {
            let mut total = 0;
            while let Some(work) = C::receive(&mut receiver).await {
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
        C::send(counter, Work { rounds, reply: Some(reply) }).await;
        answer.await.expect("a counter answers")
    }

    async fn call_within(counter: &Self::Counter, rounds: u64, limit: Duration) -> u64 {
        let answer = tokio::time::timeout(limit, Self::call(counter, rounds)).await;
        answer.expect("a counter is fast")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        C::send(counter, Work { rounds, reply: None }).await;
    }

    async fn relay(counter: Self::Counter) -> Self::Relay {
        let (sender, mut receiver) = C::channel::<Work>();
        tokio::spawn(async move {
            while let Some(work) = C::receive(&mut receiver).await {
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
        let (sender, mut receiver) = C::channel::<Hop<C>>();
        tokio::spawn(async move {
            let mut next = None;
            while let Some(hop) = C::receive(&mut receiver).await {
                match (hop, &next) {
                    (Hop::Link(node, reply), _) => {
                        next = Some(node);
                        let _ = reply.send(());
                    }
                    (Hop::Pass(hops), Some(next)) if hops > 1 => {
                        C::send(next, Hop::Pass(hops - 1)).await;
                    }
                    (Hop::Pass(_), _) => drop(done.try_send(())),
                }
            }
        });
        sender
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        let (reply, answer) = oneshot::channel();
        C::send(node, Hop::Link(next, reply)).await;
        let _ = answer.await;
    }

    async fn pass(node: &Self::Node, hops: u64) {
        C::send(node, Hop::Pass(hops)).await;
    }

    async fn sink<const N: usize>() -> Self::Sink<N> {
        let (sender, mut receiver) = C::channel::<Mouthful<N>>();
        tokio::spawn(async move {
            let mut swallowed = 0;
            while let Some(mouthful) = C::receive(&mut receiver).await {
                match mouthful {
                    Mouthful::Bytes(bytes) => swallowed += u64::from(bytes[0]),
                    Mouthful::Swallowed(reply) => drop(reply.send(swallowed)),
                }
            }
        });
        sender
    }

    async fn swallow<const N: usize>(sink: &Self::Sink<N>, bytes: [u8; N]) {
        C::send(sink, Mouthful::Bytes(bytes)).await;
    }

    async fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> u64 {
        let (reply, answer) = oneshot::channel();
        C::send(sink, Mouthful::Swallowed(reply)).await;
        answer.await.expect("a sink answers")
    }

    async fn player(mut role: Role<Seat<C>>) -> Seat<C> {
        let (sender, mut receiver) = C::channel::<Letter<Seat<C>>>();
        tokio::spawn(async move {
            while let Some(letter) = C::receive(&mut receiver).await {
                for (to, letter) in role.handle(letter).into_iter().flatten() {
                    C::send(&to.0, letter).await;
                }
            }
        });
        Seat(sender)
    }

    async fn tell(player: &Seat<C>, letter: Letter<Seat<C>>) {
        C::send(&player.0, letter).await;
    }
}
