//! kameo, with mailboxes bounded at 64.

use benches::savina::{Letter, Role};
use benches::{Done, Framework, spin};
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};
use std::time::Duration;

struct Kameo;

#[derive(kameo::Actor)]
struct Counter {
    total: u64,
}

struct Work(u64);

impl Message<Work> for Counter {
    type Reply = u64;

    async fn handle(&mut self, work: Work, _: &mut Context<Self, u64>) -> u64 {
        self.total += spin(work.0);
        self.total
    }
}

#[derive(kameo::Actor)]
struct Relay {
    counter: ActorRef<Counter>,
}

impl Message<Work> for Relay {
    type Reply = u64;

    async fn handle(&mut self, work: Work, _: &mut Context<Self, u64>) -> u64 {
        self.counter.ask(work).await.expect("a counter answers")
    }
}

#[derive(kameo::Actor)]
struct Node {
    next: Option<ActorRef<Node>>,
    done: Done,
}

struct Link(ActorRef<Node>);
struct Pass(u64);

impl Message<Link> for Node {
    type Reply = ();

    async fn handle(&mut self, link: Link, _: &mut Context<Self, ()>) {
        self.next = Some(link.0);
    }
}

impl Message<Pass> for Node {
    type Reply = ();

    async fn handle(&mut self, pass: Pass, _: &mut Context<Self, ()>) {
        match &self.next {
            Some(next) if pass.0 > 1 => drop(next.tell(Pass(pass.0 - 1)).await),
            _ => drop(self.done.try_send(())),
        }
    }
}

#[derive(kameo::Actor)]
struct Sink<const N: usize> {
    swallowed: u64,
}

struct Bytes<const N: usize>([u8; N]);
struct Swallowed;

impl<const N: usize> Message<Bytes<N>> for Sink<N> {
    type Reply = ();

    async fn handle(&mut self, bytes: Bytes<N>, _: &mut Context<Self, ()>) {
        self.swallowed += u64::from(bytes.0[0]);
    }
}

impl<const N: usize> Message<Swallowed> for Sink<N> {
    type Reply = u64;

    async fn handle(&mut self, _: Swallowed, _: &mut Context<Self, u64>) -> u64 {
        self.swallowed
    }
}

#[derive(kameo::Actor)]
struct Player {
    role: Role<ActorRef<Player>>,
}

impl Message<Letter<ActorRef<Player>>> for Player {
    type Reply = ();

    async fn handle(&mut self, letter: Letter<ActorRef<Player>>, _: &mut Context<Self, ()>) {
        for (to, letter) in self.role.handle(letter).into_iter().flatten() {
            to.tell(letter).await.expect("a player does not end");
        }
    }
}

impl Framework for Kameo {
    type Counter = ActorRef<Counter>;
    type Relay = ActorRef<Relay>;
    type Node = ActorRef<Node>;
    type Sink<const N: usize> = ActorRef<Sink<N>>;
    type Player = ActorRef<Player>;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        benches::tokio(workers, main);
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }

    async fn counter() -> Self::Counter {
        Counter::spawn_with_mailbox(Counter { total: 0 }, mailbox::bounded(64))
    }

    async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
        counter.ask(Work(rounds)).await.expect("a counter answers")
    }

    async fn call_within(counter: &Self::Counter, rounds: u64, limit: Duration) -> u64 {
        counter.ask(Work(rounds)).reply_timeout(limit).await.expect("a counter answers")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        counter.tell(Work(rounds)).await.expect("a counter does not end");
    }

    async fn relay(counter: Self::Counter) -> Self::Relay {
        Relay::spawn_with_mailbox(Relay { counter }, mailbox::bounded(64))
    }

    async fn call_relay(relay: &Self::Relay, rounds: u64) -> u64 {
        relay.ask(Work(rounds)).await.expect("a relay answers")
    }

    async fn node(done: Done) -> Self::Node {
        Node::spawn_with_mailbox(Node { next: None, done }, mailbox::bounded(64))
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        node.ask(Link(next)).await.expect("a node answers");
    }

    async fn pass(node: &Self::Node, hops: u64) {
        node.tell(Pass(hops)).await.expect("a node does not end");
    }

    async fn sink<const N: usize>() -> Self::Sink<N> {
        Sink::spawn_with_mailbox(Sink { swallowed: 0 }, mailbox::bounded(64))
    }

    async fn swallow<const N: usize>(sink: &Self::Sink<N>, bytes: [u8; N]) {
        sink.tell(Bytes(bytes)).await.expect("a sink does not end");
    }

    async fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> u64 {
        sink.ask(Swallowed).await.expect("a sink answers")
    }

    async fn player(role: Role<Self::Player>) -> Self::Player {
        Player::spawn_with_mailbox(Player { role }, mailbox::bounded(64))
    }

    async fn tell(player: &Self::Player, letter: Letter<Self::Player>) {
        player.tell(letter).await.expect("a player does not end");
    }
}

fn main() {
    benches::run::<Kameo>();
}
