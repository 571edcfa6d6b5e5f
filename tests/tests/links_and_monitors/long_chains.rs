//! Long chains of actors, by links, by addresses and by children: no stack overflows, which twenty
//! thousand frames would cause too. `ACTOR_TESTS=full` sets the full length.

use actor_core::prelude::*;
use std::sync::mpsc;
use std::thread::{self, ThreadId};
use tests::probe::Diary;
use tests::{Mark, Tally};

fn long() -> usize {
    tests::sized(20_000, 100_000)
}

/// One of a chain of links; it has no `#[on_exit]`.
#[actor]
struct Linked {
    next: Option<LinkedAddr>,
    _mark: Mark,
}

#[actor]
impl Linked {
    #[on_start]
    fn tie(&mut self, context: &Context<Self>) {
        if let Some(next) = &self.next {
            context.link(next);
        }
    }
}

pub fn a_failure_runs_down_a_chain_of_100_000_links(system: &System) {
    let long = long();
    system.block_on(async {
        let dropped = Tally::default();
        let mut chain: Vec<LinkedAddr> = Vec::with_capacity(long);
        for _ in 0..long {
            let linked = Linked { next: chain.last().cloned(), _mark: dropped.mark() }.spawn();
            chain.push(linked);
        }
        for linked in &chain {
            linked.started().await.unwrap();
        }
        chain[0].kill();
        let Exit::Failed(last) = chain[long - 1].join().await else { panic!("it is linked") };
        assert_eq!(last.kind(), FailureKind::Linked);
        dropped.reaches(long).await;
        assert_eq!(chain[0].join().await, Exit::Killed);
        // Its text has a bounded length, however long the chain: it names the neighbor.
        assert!(last.to_string().len() < 1000, "{} bytes", last.to_string().len());
    });
}

/// One actor of a chain of addresses: each holds the last address of the next one.
#[actor]
struct Holder {
    _next: Option<HolderAddr>,
    stopped: Tally,
    dropped: Diary,
    home: System,
    /// The thread that drops the first address.
    dropper: ThreadId,
}

#[actor]
impl Holder {
    #[on_stop]
    fn stopped(&mut self, exit: &Exit) {
        assert_eq!(*exit, Exit::Stopped);
        self.stopped.add();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        if System::current() != self.home || thread::current().id() == self.dropper {
            self.dropped.note("in a wrong place");
        }
    }
}

pub fn dropping_the_first_of_a_chain_of_100_000_addresses_ends_all(system: &System) {
    let long = long();
    let (stopped, dropped) = (Tally::default(), Diary::default());
    let (hand_over, receive) = mpsc::channel::<HolderAddr>();
    // A thread that belongs to no system: no state may be dropped there.
    let dropper = thread::spawn(move || drop(receive.recv()));
    let mut first = None;
    for _ in 0..long {
        let holder = Holder {
            _next: first.take(),
            stopped: stopped.clone(),
            dropped: dropped.clone(),
            home: system.clone(),
            dropper: dropper.thread().id(),
        };
        first = Some(holder.spawn_on(system));
    }
    hand_over.send(first.expect("the chain is not empty")).unwrap();
    system.block_on(stopped.reaches(long));
    dropper.join().unwrap();
    assert_eq!(dropped.lines(), [""; 0]);
}

/// One of a chain of children: each is the parent of the next.
#[actor]
struct Nested {
    depth: usize,
    grown: Tally,
    stopped: Tally,
}

#[actor]
impl Nested {
    #[on_start]
    fn grow(&mut self, context: &Context<Self>) {
        self.grown.add();
        if self.depth > 1 {
            let (grown, stopped) = (self.grown.clone(), self.stopped.clone());
            context.spawn_child(Nested { depth: self.depth - 1, grown, stopped });
        }
    }

    #[on_stop]
    fn stopped(&mut self, _exit: &Exit) {
        self.stopped.add();
    }
}

pub fn a_long_chain_of_children_ends_from_its_end(system: &System) {
    system.block_on(async {
        // A stop has five seconds for the whole chain; a kill takes as long as it takes.
        for (deep, kill) in [(2_000, false), (20_000, true)] {
            let (grown, stopped) = (Tally::default(), Tally::default());
            let nested = Nested { depth: deep, grown: grown.clone(), stopped: stopped.clone() };
            let root = nested.spawn();
            grown.reaches(deep).await;
            if kill {
                root.kill();
                assert_eq!(root.join().await, Exit::Killed);
                assert_eq!(stopped.count(), 0);
            } else {
                root.stop();
                assert_eq!(root.join().await, Exit::Stopped);
                assert_eq!(stopped.count(), deep);
            }
        }
    });
}
