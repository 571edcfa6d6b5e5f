//! xtra on tokio, with mailboxes bounded at 64.

use benches::{Done, Framework, spin};
use xtra::prelude::*;

struct Xtra;

#[derive(xtra::Actor)]
struct Counter {
    total: u64,
}

struct Work(u64);

impl Handler<Work> for Counter {
    type Return = u64;

    async fn handle(&mut self, work: Work, _: &mut Context<Self>) -> u64 {
        self.total += spin(work.0);
        self.total
    }
}

#[derive(xtra::Actor)]
struct Node {
    next: Option<Address<Node>>,
    done: Done,
}

struct Link(Address<Node>);
struct Pass(u64);

impl Handler<Link> for Node {
    type Return = ();

    async fn handle(&mut self, link: Link, _: &mut Context<Self>) {
        self.next = Some(link.0);
    }
}

impl Handler<Pass> for Node {
    type Return = ();

    async fn handle(&mut self, pass: Pass, _: &mut Context<Self>) {
        match &self.next {
            Some(next) if pass.0 > 1 => drop(next.send(Pass(pass.0 - 1)).detach().await),
            _ => drop(self.done.try_send(())),
        }
    }
}

#[derive(xtra::Actor)]
struct Sink<const N: usize> {
    swallowed: u64,
}

struct Bytes<const N: usize>([u8; N]);
struct Swallowed;

impl<const N: usize> Handler<Bytes<N>> for Sink<N> {
    type Return = ();

    async fn handle(&mut self, bytes: Bytes<N>, _: &mut Context<Self>) {
        self.swallowed += u64::from(bytes.0[0]);
    }
}

impl<const N: usize> Handler<Swallowed> for Sink<N> {
    type Return = u64;

    async fn handle(&mut self, _: Swallowed, _: &mut Context<Self>) -> u64 {
        self.swallowed
    }
}

impl Framework for Xtra {
    type Counter = Address<Counter>;
    type Node = Address<Node>;
    type Sink<const N: usize> = Address<Sink<N>>;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        benches::tokio(workers, main);
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }

    async fn counter() -> Self::Counter {
        xtra::spawn_tokio(Counter { total: 0 }, Mailbox::bounded(64))
    }

    async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
        counter.send(Work(rounds)).await.expect("a counter answers")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        drop(counter.send(Work(rounds)).detach().await.expect("a counter does not end"));
    }

    async fn node(done: Done) -> Self::Node {
        xtra::spawn_tokio(Node { next: None, done }, Mailbox::bounded(64))
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        node.send(Link(next)).await.expect("a node answers");
    }

    async fn pass(node: &Self::Node, hops: u64) {
        drop(node.send(Pass(hops)).detach().await.expect("a node does not end"));
    }

    async fn sink<const N: usize>() -> Self::Sink<N> {
        xtra::spawn_tokio(Sink { swallowed: 0 }, Mailbox::bounded(64))
    }

    async fn swallow<const N: usize>(sink: &Self::Sink<N>, bytes: [u8; N]) {
        drop(sink.send(Bytes(bytes)).detach().await.expect("a sink does not end"));
    }

    async fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> u64 {
        sink.send(Swallowed).await.expect("a sink answers")
    }
}

fn main() {
    benches::run::<Xtra>();
}
