//! actix: one arbiter per worker, with actors and tasks assigned in turn. It has no send that waits
//! for capacity; `do_send` ignores the bound.

use actix::{Actor, Addr, ArbiterHandle, Context, Handler, Message, ResponseFuture};
use benches::savina::{Letter, Role};
use benches::{Done, Framework, spin};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

struct Actix;

static ARBITERS: OnceLock<Vec<ArbiterHandle>> = OnceLock::new();

/// The next arbiter; the measuring task runs on the first one, so others come first.
fn next() -> &'static ArbiterHandle {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    let arbiters = ARBITERS.get().expect("the system runs");
    &arbiters[NEXT.fetch_add(1, Ordering::Relaxed) % arbiters.len()]
}

fn start<A: Actor<Context = Context<A>> + Send>(actor: A) -> Addr<A> {
    A::start_in_arbiter(next(), |context| {
        context.set_mailbox_capacity(64);
        actor
    })
}

struct Counter {
    total: u64,
}

impl Actor for Counter {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(u64)]
struct Work(u64);

impl Handler<Work> for Counter {
    type Result = u64;

    fn handle(&mut self, work: Work, _: &mut Context<Self>) -> u64 {
        self.total += spin(work.0);
        self.total
    }
}

struct Relay {
    counter: Addr<Counter>,
}

impl Actor for Relay {
    type Context = Context<Self>;
}

/// A handler that awaits a call returns a future, which runs concurrently with the next messages.
impl Handler<Work> for Relay {
    type Result = ResponseFuture<u64>;

    fn handle(&mut self, work: Work, _: &mut Context<Self>) -> ResponseFuture<u64> {
        let answer = self.counter.send(work);
        Box::pin(async { answer.await.expect("a counter answers") })
    }
}

struct Node {
    next: Option<Addr<Node>>,
    done: Done,
}

impl Actor for Node {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype("()")]
struct Link(Addr<Node>);

#[derive(Message)]
#[rtype("()")]
struct Pass(u64);

impl Handler<Link> for Node {
    type Result = ();

    fn handle(&mut self, link: Link, _: &mut Context<Self>) {
        self.next = Some(link.0);
    }
}

impl Handler<Pass> for Node {
    type Result = ();

    fn handle(&mut self, pass: Pass, _: &mut Context<Self>) {
        match &self.next {
            Some(next) if pass.0 > 1 => next.do_send(Pass(pass.0 - 1)),
            _ => drop(self.done.try_send(())),
        }
    }
}

struct Sink<const N: usize> {
    swallowed: u64,
}

impl<const N: usize> Actor for Sink<N> {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype("()")]
struct Bytes<const N: usize>([u8; N]);

#[derive(Message)]
#[rtype(u64)]
struct Swallowed;

impl<const N: usize> Handler<Bytes<N>> for Sink<N> {
    type Result = ();

    fn handle(&mut self, bytes: Bytes<N>, _: &mut Context<Self>) {
        self.swallowed += u64::from(bytes.0[0]);
    }
}

impl<const N: usize> Handler<Swallowed> for Sink<N> {
    type Result = u64;

    fn handle(&mut self, _: Swallowed, _: &mut Context<Self>) -> u64 {
        self.swallowed
    }
}

struct Player {
    role: Role<Addr<Player>>,
}

impl Actor for Player {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype("()")]
struct Delivery(Letter<Addr<Player>>);

impl Handler<Delivery> for Player {
    type Result = ();

    fn handle(&mut self, delivery: Delivery, _: &mut Context<Self>) {
        for (to, letter) in self.role.handle(delivery.0).into_iter().flatten() {
            to.do_send(Delivery(letter));
        }
    }
}

impl Framework for Actix {
    type Counter = Addr<Counter>;
    type Relay = Addr<Relay>;
    type Node = Addr<Node>;
    type Sink<const N: usize> = Addr<Sink<N>>;
    type Player = Addr<Player>;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        actix::System::new().block_on(async move {
            let own = actix::Arbiter::current();
            let others = (1..workers).map(|_| actix::Arbiter::new().handle());
            let _ = ARBITERS.set(std::iter::once(own).chain(others).collect());
            actix::spawn(main).await.expect("no workload panics");
        });
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        next().spawn(future);
    }

    async fn counter() -> Self::Counter {
        start(Counter { total: 0 })
    }

    async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
        counter.send(Work(rounds)).await.expect("a counter answers")
    }

    async fn call_within(counter: &Self::Counter, rounds: u64, limit: Duration) -> u64 {
        counter.send(Work(rounds)).timeout(limit).await.expect("a counter answers")
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        counter.do_send(Work(rounds));
    }

    async fn relay(counter: Self::Counter) -> Self::Relay {
        start(Relay { counter })
    }

    async fn call_relay(relay: &Self::Relay, rounds: u64) -> u64 {
        relay.send(Work(rounds)).await.expect("a relay answers")
    }

    async fn node(done: Done) -> Self::Node {
        start(Node { next: None, done })
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        node.send(Link(next)).await.expect("a node answers");
    }

    async fn pass(node: &Self::Node, hops: u64) {
        node.do_send(Pass(hops));
    }

    async fn sink<const N: usize>() -> Self::Sink<N> {
        start(Sink { swallowed: 0 })
    }

    async fn swallow<const N: usize>(sink: &Self::Sink<N>, bytes: [u8; N]) {
        sink.do_send(Bytes(bytes));
    }

    async fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> u64 {
        sink.send(Swallowed).await.expect("a sink answers")
    }

    async fn player(role: Role<Self::Player>) -> Self::Player {
        start(Player { role })
    }

    async fn tell(player: &Self::Player, letter: Letter<Self::Player>) {
        player.do_send(Delivery(letter));
    }
}

fn main() {
    benches::run::<Actix>();
}
