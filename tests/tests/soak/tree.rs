//! The tree: a root, four groups of each strategy's kind, and four workers in each, with names.

use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Supervisor, SupervisorAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

pub const GROUPS: usize = 4;
pub const WORKERS: usize = 4;

/// The current number of workers' states, and their work.
#[derive(Debug, Default)]
pub struct Books {
    pub states: AtomicUsize,
    pub lives: AtomicUsize,
    pub handled: AtomicU64,
}

/// Sums up its messages, until it is disturbed.
#[actor]
pub struct Worker {
    books: Arc<Books>,
}

#[actor]
impl Worker {
    #[on_start]
    async fn begin(&mut self, context: &Context<Self>) {
        context.every(Duration::from_millis(1), |me| me.tick()).detach();
        context.spawn_task(std::future::pending()).detach();
        context.spawn_child(Leaf);
    }

    /// Something to do; it is counted when it is done.
    pub async fn work(&mut self, number: u64) -> u64 {
        if number.is_multiple_of(7) {
            futures_lite::future::yield_now().await;
        }
        self.books.handled.fetch_add(1, Ordering::Relaxed);
        number
    }

    /// Fails this life.
    pub async fn fail(&mut self) {
        futures_lite::future::yield_now().await;
        // Unlike a `panic!` it prints nothing.
        std::panic::resume_unwind(Box::new("planned"));
    }

    fn tick(&self) {}
}

impl Worker {
    fn new(books: &Arc<Books>) -> Self {
        books.states.fetch_add(1, Ordering::Relaxed);
        books.lives.fetch_add(1, Ordering::Relaxed);
        Worker { books: books.clone() }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.books.states.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A worker's own child.
#[actor]
struct Leaf;

#[actor]
impl Leaf {}

/// The workers' names.
pub fn name(group: usize, worker: usize) -> String {
    format!("worker {group}.{worker}")
}

fn group(number: usize, books: &Arc<Books>) -> Supervisor {
    let strategy = match number % 3 {
        0 => Supervisor::one_for_one(),
        1 => Supervisor::one_for_all(),
        _ => Supervisor::rest_for_one(),
    };
    let brief = Duration::from_micros(50);
    let backoff = Backoff::exponential(brief, brief * 4).jitter(0.5);
    let mut group = strategy.intensity(usize::MAX, Duration::from_secs(60));
    if number % 2 == 1 {
        group = group.backoff(backoff);
    }
    for worker in 0..WORKERS {
        let books = books.clone();
        let name = name(number, worker);
        let child = Child::with(&name.clone(), move |me: WorkerAddr| {
            let (books, name) = (books.clone(), name.clone());
            async move {
                // The second life of the same actor has the name already.
                let _ = me.register(&name);
                Ok::<_, String>(Worker::new(&books))
            }
        });
        group = group.child(child);
    }
    group
}

/// Starts the tree; the groups come by the channel whenever they begin a life.
pub fn grow(books: &Arc<Books>) -> (SupervisorAddr, Vec<SupervisorAddr>) {
    let root = Supervisor::one_for_one().intensity(usize::MAX, Duration::from_secs(60)).spawn();
    let groups = (0..GROUPS)
        .map(|number| {
            let books = books.clone();
            root.start(Child::new("group", move || group(number, &books)))
        })
        .collect();
    (root, groups)
}
