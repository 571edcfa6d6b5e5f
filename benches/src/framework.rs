//! What a framework has to show: three actors, a runtime to run them on, tasks beside them.

use std::hint::black_box;

/// One way to write actors. `Counter` works for its callers, `Node` passes a token on to the next,
/// `Sink` swallows messages of `N` bytes. All mailboxes have room for 64 messages where the
/// framework can bound them.
pub trait Framework: 'static {
    type Counter: Clone + Send + Sync + 'static;
    type Node: Clone + Send + Sync + 'static;
    type Sink<const N: usize>: Clone + Send + Sync + 'static;

    /// Whether there are actors; the floor, a mutex, has none.
    const HAS_ACTORS: bool = true;

    /// Runs `main` as a task of a runtime with so many workers.
    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static);
    /// Starts a task beside it.
    fn task(future: impl Future<Output = ()> + Send + 'static);

    fn counter() -> impl Future<Output = Self::Counter> + Send;
    /// Has the counter work for `rounds` of [`spin`]; waits for what it says.
    fn call(counter: &Self::Counter, rounds: u64) -> impl Future<Output = u64> + Send;
    /// The same without an answer; waits for room where there is a bound.
    fn send(counter: &Self::Counter, rounds: u64) -> impl Future<Output = ()> + Send;

    /// A node that tells `done` when a token has no hops left.
    fn node(done: Done) -> impl Future<Output = Self::Node> + Send;
    fn link(node: &Self::Node, next: Self::Node) -> impl Future<Output = ()> + Send;
    fn pass(node: &Self::Node, hops: u64) -> impl Future<Output = ()> + Send;

    fn sink<const N: usize>() -> impl Future<Output = Self::Sink<N>> + Send;
    fn swallow<const N: usize>(
        sink: &Self::Sink<N>,
        bytes: [u8; N],
    ) -> impl Future<Output = ()> + Send;
    /// Waits until it has swallowed all that was sent; returns how much.
    fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> impl Future<Output = u64> + Send;
}

/// Told when a token has come to its end.
pub type Done = async_channel::Sender<()>;

/// Computes for about 2 ns a round.
#[inline]
pub fn spin(rounds: u64) -> u64 {
    let mut value = rounds;
    for _ in 0..rounds {
        value = black_box(value.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(5));
    }
    value
}
