//! The interface of a framework: five actors, a runtime, and tasks.

use crate::savina::{Letter, Role};
use std::hint::black_box;
use std::time::Duration;

/// A way to write actors. `Counter` works for its callers, `Relay` calls a counter for its callers,
/// `Node` passes a token on to the next node, `Sink` discards messages of `N` bytes, and `Player` has a role
/// of the Savina suite. All mailboxes have a capacity of 64 messages if the framework supports bounds.
pub trait Framework: 'static {
    type Counter: Clone + Send + Sync + 'static;
    type Relay: Clone + Send + Sync + 'static;
    type Node: Clone + Send + Sync + 'static;
    type Sink<const N: usize>: Clone + Send + Sync + 'static;
    type Player: Clone + Send + Sync + 'static;

    /// Whether there are actors; the lower bound, a mutex, has none.
    const HAS_ACTORS: bool = true;

    /// Whether [`sleep`](Framework::sleep) is implemented.
    const HAS_TIMERS: bool = false;

    /// Sleeps on the clock of the actors.
    fn sleep(_: Duration) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Runs `main` as a task of a runtime with this number of workers.
    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static);
    /// Starts another task.
    fn task(future: impl Future<Output = ()> + Send + 'static);

    fn counter() -> impl Future<Output = Self::Counter> + Send;
    /// Makes the counter work for `rounds` of [`spin`] and waits for its reply.
    fn call(counter: &Self::Counter, rounds: u64) -> impl Future<Output = u64> + Send;
    /// The same with a timeout, which never elapses.
    fn call_within(
        counter: &Self::Counter,
        rounds: u64,
        limit: Duration,
    ) -> impl Future<Output = u64> + Send;
    /// The same without a reply; waits for capacity if there is a bound.
    fn send(counter: &Self::Counter, rounds: u64) -> impl Future<Output = ()> + Send;

    fn relay(counter: Self::Counter) -> impl Future<Output = Self::Relay> + Send;
    /// Like a call to the counter of the relay.
    fn call_relay(relay: &Self::Relay, rounds: u64) -> impl Future<Output = u64> + Send;

    /// A node that notifies `done` when a token has no hops left.
    fn node(done: Done) -> impl Future<Output = Self::Node> + Send;
    fn link(node: &Self::Node, next: Self::Node) -> impl Future<Output = ()> + Send;
    fn pass(node: &Self::Node, hops: u64) -> impl Future<Output = ()> + Send;

    fn sink<const N: usize>() -> impl Future<Output = Self::Sink<N>> + Send;
    fn swallow<const N: usize>(
        sink: &Self::Sink<N>,
        bytes: [u8; N],
    ) -> impl Future<Output = ()> + Send;
    /// Waits until it has received all messages; returns their total.
    fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> impl Future<Output = u64> + Send;

    fn player(role: Role<Self::Player>) -> impl Future<Output = Self::Player> + Send;
    fn tell(player: &Self::Player, letter: Letter<Self::Player>)
    -> impl Future<Output = ()> + Send;
}

/// Notified when a token has no hops left.
pub type Done = async_channel::Sender<()>;

/// Computes for about 2 ns per round.
#[inline]
pub fn spin(rounds: u64) -> u64 {
    let mut value = rounds;
    for _ in 0..rounds {
        value = black_box(value.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(5));
    }
    value
}
