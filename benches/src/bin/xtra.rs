//! xtra on tokio, with mailboxes bounded at 64.

use benches::savina::{Letter, Role};
use benches::{Done, Framework, spin};
use std::time::Duration;
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
struct Relay {
    counter: Address<Counter>,
}

impl Handler<Work> for Relay {
    type Return = u64;

    async fn handle(&mut self, work: Work, _: &mut Context<Self>) -> u64 {
        self.counter.send(work).await.expect("a counter answers")
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

#[derive(xtra::Actor)]
struct Player {
    role: Role<Address<Player>>,
}

impl Handler<Letter<Address<Player>>> for Player {
    type Return = ();

    async fn handle(&mut self, letter: Letter<Address<Player>>, _: &mut Context<Self>) {
        for (to, letter) in self.role.handle(letter).into_iter().flatten() {
            drop(to.send(letter).detach().await.expect("a player does not end"));
        }
    }
}

impl Framework for Xtra {
    type Counter = Address<Counter>;
    type Relay = Address<Relay>;
    type Node = Address<Node>;
    type Sink<const N: usize> = Address<Sink<N>>;
    type Player = Address<Player>;

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

    /// xtra has no timeouts; its documentation uses those of tokio.
    async fn call_within(counter: &Self::Counter, rounds: u64, limit: Duration) -> u64 {
        let answer = tokio::time::timeout(limit, counter.send(Work(rounds))).await;
        answer.expect("a counter is fast").expect("a counter answers")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        drop(counter.send(Work(rounds)).detach().await.expect("a counter does not end"));
    }

    async fn relay(counter: Self::Counter) -> Self::Relay {
        xtra::spawn_tokio(Relay { counter }, Mailbox::bounded(64))
    }

    async fn call_relay(relay: &Self::Relay, rounds: u64) -> u64 {
        relay.send(Work(rounds)).await.expect("a relay answers")
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

    async fn player(role: Role<Self::Player>) -> Self::Player {
        xtra::spawn_tokio(Player { role }, Mailbox::bounded(64))
    }

    async fn tell(player: &Self::Player, letter: Letter<Self::Player>) {
        drop(player.send(letter).detach().await.expect("a player does not end"));
    }
}

fn main() {
    benches::run::<Xtra>();
}
