//! ractor, with unbounded mailboxes.

use benches::savina::{Letter, Role};
use benches::{Done, Framework, spin};
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call, call_t};
use std::time::Duration;

struct Ractor;

struct Counter;

enum Work {
    Call(u64, RpcReplyPort<u64>),
    Send(u64),
}

impl Actor for Counter {
    type Msg = Work;
    type State = u64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Work>, (): ()) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<Work>,
        work: Work,
        total: &mut u64,
    ) -> Result<(), ActorProcessingErr> {
        match work {
            Work::Call(rounds, reply) => {
                *total += spin(rounds);
                reply.send(*total)?;
            }
            Work::Send(rounds) => *total += spin(rounds),
        }
        Ok(())
    }
}

struct Relay;

enum Errand {
    Call(u64, RpcReplyPort<u64>),
}

impl Actor for Relay {
    type Msg = Errand;
    type State = ActorRef<Work>;
    type Arguments = ActorRef<Work>;

    async fn pre_start(
        &self,
        _: ActorRef<Errand>,
        counter: ActorRef<Work>,
    ) -> Result<ActorRef<Work>, ActorProcessingErr> {
        Ok(counter)
    }

    async fn handle(
        &self,
        _: ActorRef<Errand>,
        Errand::Call(rounds, reply): Errand,
        counter: &mut ActorRef<Work>,
    ) -> Result<(), ActorProcessingErr> {
        reply.send(call!(counter, Work::Call, rounds)?)?;
        Ok(())
    }
}

struct Node;

enum Hop {
    Link(ActorRef<Hop>, RpcReplyPort<()>),
    Pass(u64),
}

impl Actor for Node {
    type Msg = Hop;
    type State = (Option<ActorRef<Hop>>, Done);
    type Arguments = Done;

    async fn pre_start(
        &self,
        _: ActorRef<Hop>,
        done: Done,
    ) -> Result<Self::State, ActorProcessingErr> {
        Ok((None, done))
    }

    async fn handle(
        &self,
        _: ActorRef<Hop>,
        hop: Hop,
        (next, done): &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        match (hop, &next) {
            (Hop::Link(node, reply), _) => {
                *next = Some(node);
                reply.send(())?;
            }
            (Hop::Pass(hops), Some(next)) if hops > 1 => next.cast(Hop::Pass(hops - 1))?,
            (Hop::Pass(_), _) => drop(done.try_send(())),
        }
        Ok(())
    }
}

struct Sink<const N: usize>;

enum Mouthful<const N: usize> {
    Bytes([u8; N]),
    Swallowed(RpcReplyPort<u64>),
}

impl<const N: usize> Actor for Sink<N> {
    type Msg = Mouthful<N>;
    type State = u64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Mouthful<N>>, (): ()) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<Mouthful<N>>,
        mouthful: Mouthful<N>,
        swallowed: &mut u64,
    ) -> Result<(), ActorProcessingErr> {
        match mouthful {
            Mouthful::Bytes(bytes) => *swallowed += u64::from(bytes[0]),
            Mouthful::Swallowed(reply) => reply.send(*swallowed)?,
        }
        Ok(())
    }
}

struct Player;

/// An address that the messages can contain.
#[derive(Clone)]
struct Seat(ActorRef<Delivery>);

struct Delivery(Letter<Seat>);

impl Actor for Player {
    type Msg = Delivery;
    type State = Role<Seat>;
    type Arguments = Role<Seat>;

    async fn pre_start(
        &self,
        _: ActorRef<Delivery>,
        role: Role<Seat>,
    ) -> Result<Role<Seat>, ActorProcessingErr> {
        Ok(role)
    }

    async fn handle(
        &self,
        _: ActorRef<Delivery>,
        delivery: Delivery,
        role: &mut Role<Seat>,
    ) -> Result<(), ActorProcessingErr> {
        for (to, letter) in role.handle(delivery.0).into_iter().flatten() {
            to.0.cast(Delivery(letter))?;
        }
        Ok(())
    }
}

impl Framework for Ractor {
    type Counter = ActorRef<Work>;
    type Relay = ActorRef<Errand>;
    type Node = ActorRef<Hop>;
    type Sink<const N: usize> = ActorRef<Mouthful<N>>;
    type Player = Seat;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        benches::tokio(workers, main);
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }

    async fn counter() -> Self::Counter {
        Actor::spawn(None, Counter, ()).await.expect("a counter starts").0
    }

    async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
        call!(counter, Work::Call, rounds).expect("a counter answers")
    }

    async fn call_within(counter: &Self::Counter, rounds: u64, limit: Duration) -> u64 {
        let millis = limit.as_millis() as u64;
        call_t!(counter, Work::Call, millis, rounds).expect("a counter answers")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        counter.cast(Work::Send(rounds)).expect("a counter does not end");
    }

    async fn relay(counter: Self::Counter) -> Self::Relay {
        Actor::spawn(None, Relay, counter).await.expect("a relay starts").0
    }

    async fn call_relay(relay: &Self::Relay, rounds: u64) -> u64 {
        call!(relay, Errand::Call, rounds).expect("a relay answers")
    }

    async fn node(done: Done) -> Self::Node {
        Actor::spawn(None, Node, done).await.expect("a node starts").0
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        call!(node, Hop::Link, next).expect("a node answers");
    }

    async fn pass(node: &Self::Node, hops: u64) {
        node.cast(Hop::Pass(hops)).expect("a node does not end");
    }

    async fn sink<const N: usize>() -> Self::Sink<N> {
        Actor::spawn(None, Sink, ()).await.expect("a sink starts").0
    }

    async fn swallow<const N: usize>(sink: &Self::Sink<N>, bytes: [u8; N]) {
        sink.cast(Mouthful::Bytes(bytes)).expect("a sink does not end");
    }

    async fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> u64 {
        call!(sink, Mouthful::Swallowed).expect("a sink answers")
    }

    async fn player(role: Role<Seat>) -> Seat {
        Seat(Actor::spawn(None, Player, role).await.expect("a player starts").0)
    }

    async fn tell(player: &Seat, letter: Letter<Seat>) {
        player.0.cast(Delivery(letter)).expect("a player does not end");
    }
}

fn main() {
    benches::run::<Ractor>();
}
