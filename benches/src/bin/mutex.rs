//! The lower bound: a plain struct behind a mutex, called by tokio tasks. There is no waiting for
//! other tasks.

use benches::savina::{Letter, Role};
use benches::{Done, Framework, spin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

struct Floor;

fn add(total: &Mutex<u64>, amount: u64) -> u64 {
    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
    *total += amount;
    *total
}

impl Framework for Floor {
    type Counter = Arc<Mutex<u64>>;
    type Relay = ();
    type Node = ();
    type Sink<const N: usize> = Arc<Mutex<u64>>;
    type Player = ();

    const HAS_ACTORS: bool = false;

    fn block_on(workers: usize, main: impl Future<Output = ()> + Send + 'static) {
        benches::tokio(workers, main);
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }

    async fn counter() -> Self::Counter {
        Arc::default()
    }

    async fn call(counter: &Self::Counter, rounds: u64) -> u64 {
        add(counter, spin(rounds))
    }

    /// The mutex of the standard library has no timeouts; not run.
    async fn call_within(counter: &Self::Counter, rounds: u64, _: Duration) -> u64 {
        add(counter, spin(rounds))
    }

    async fn send(counter: &Self::Counter, rounds: u64) {
        add(counter, spin(rounds));
    }

    async fn relay(_: Self::Counter) {}

    async fn call_relay((): &(), _: u64) -> u64 {
        0
    }

    async fn node(_: Done) {}

    async fn link((): &(), (): ()) {}

    async fn pass((): &(), _: u64) {}

    async fn sink<const N: usize>() -> Self::Sink<N> {
        Arc::default()
    }

    async fn swallow<const N: usize>(sink: &Self::Sink<N>, bytes: [u8; N]) {
        add(sink, u64::from(std::hint::black_box(bytes)[0]));
    }

    async fn swallowed<const N: usize>(sink: &Self::Sink<N>) -> u64 {
        add(sink, 0)
    }

    async fn player(_: Role<()>) {}

    async fn tell((): &(), _: Letter<()>) {}
}

fn main() {
    benches::run::<Floor>();
}
