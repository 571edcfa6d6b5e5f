//! An actor that forwards a call to the next one, in a way that the test chooses.

use actor_core::Call;
use actor_core::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A call of [`Node::pass`] that is about to be awaited.
pub type Passing = Call<'static, Node, Answer>;

/// The result of a chain: the number of answered calls, or the first failure.
pub type Answer = Result<usize, CallError>;

/// How a node waits for the next one.
pub type Way = fn(Passing) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

#[actor]
pub struct Node {
    next: Option<NodeAddr>,
    way: Way,
}

#[actor]
impl Node {
    pub fn set_next(&mut self, next: NodeAddr) {
        self.next = Some(next);
    }

    /// Passes on `more` times from here, and counts.
    pub async fn pass(&mut self, more: usize) -> Answer {
        let (Some(next), 1..) = (&self.next, more) else { return Ok(0) };
        let way = self.way;
        way(next.pass(more - 1).into_owned()).await.map(|count| count + 1)
    }
}

/// The result of a call, regardless of where it failed.
pub fn flat(answer: Result<Answer, CallError>) -> Answer {
    answer.and_then(|inner| inner)
}

/// Waits and does nothing else.
pub fn plainly(call: Passing) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { flat(call.await) })
}

/// A cycle of nodes, the last of which calls the first, named `n0` and so on.
pub async fn ring(ways: &[Way]) -> Vec<NodeAddr> {
    let nodes: Vec<NodeAddr> = (0..ways.len())
        .map(|number| Node { next: None, way: ways[number] }.prepare().name(name(number)).spawn())
        .collect();
    for (number, node) in nodes.iter().enumerate() {
        node.set_next(nodes[(number + 1) % nodes.len()].clone()).await.unwrap();
    }
    nodes
}

fn name(number: usize) -> String {
    format!("n{number}")
}

/// Makes a call around a ring, from its first node back to it. Every second call has a deadline, which all
/// calls of the ring inherit and which changes nothing.
pub async fn round(nodes: &[NodeAddr]) -> Answer {
    static ROUNDS: AtomicUsize = AtomicUsize::new(0);
    let call = nodes[0].pass(nodes.len());
    if ROUNDS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
        return flat(call.await);
    }
    flat(call.timeout(Duration::from_secs(3600)).await)
}

/// Fails unless `answer` is the refusal of a cycle of all nodes of a ring of `len`, in order. It
/// starts with the node that became pending last.
#[track_caller]
pub fn refused(answer: Answer, len: usize) {
    let Err(CallError::Deadlock(cycle)) = answer else { panic!("not refused: {answer:?}") };
    let first: usize = cycle.path()[0][1..].parse().unwrap();
    let labels: Vec<String> = (0..=len).map(|step| name((first + step) % len)).collect();
    assert_eq!(cycle.to_string(), labels.join(" > "));
    assert!(cycle.handlers().iter().all(|handler| *handler == "pass"));
}

/// Fails unless at least one of many trials of `trial` takes less than a millisecond, which is when
/// a cycle that was not detected immediately is checked again.
pub async fn at_once(what: &str, trial: impl AsyncFnMut()) {
    at_once_after(Duration::ZERO, what, trial).await;
}

/// The same for a trial that includes another wait, which takes `wait`.
pub async fn at_once_after(wait: Duration, what: &str, mut trial: impl AsyncFnMut()) {
    let limit = wait + Duration::from_millis(1);
    for _ in 0..200 {
        let begun = actor_core::time::now();
        trial().await;
        if actor_core::time::now() - begun < limit {
            return;
        }
    }
    panic!("{what} is refused, but not at once");
}

/// The median time of several calls made in this way to an actor that answers immediately: the timers of
/// some executors round up to milliseconds. Not the shortest time: a call that begins when such a timer
/// has just fired, as each one after the first does, waits for a whole period of it.
pub async fn time_without_a_cycle(way: Way) -> Duration {
    let end = Node { next: None, way: plainly }.spawn();
    let node = Node { next: Some(end), way }.spawn();
    let mut times = [Duration::ZERO; 11];
    for time in &mut times {
        let begun = actor_core::time::now();
        assert_eq!(flat(node.pass(1).await), Ok(1));
        *time = actor_core::time::now() - begun;
    }
    times.sort();
    times[times.len() / 2]
}

/// A chain of `len` nodes that leads to `end`; returns its first.
pub async fn chain_into(end: &NodeAddr, len: usize) -> NodeAddr {
    let mut next = end.clone();
    for _ in 0..len {
        next = Node { next: Some(next), way: plainly }.spawn();
    }
    next
}
