//! Interleavings that random tests do not reach: a wait ends and another begins between the two
//! walks, or two actors confirm the same cycle at once. Each test uses the fail points of a check.

use super::failpoints::{Failpoint, set_action};
use crate::actor::dispatch::Dispatch;
use crate::address::addr::Addr;
use crate::address::reply::ReplyReceiver;
use crate::cell::deadlock::edge::ActorKey;
use crate::prelude::*;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sync::{Arc, Condvar, Mutex};
use futures_lite::future::{block_on, poll_once};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

mod ends;
mod rooms;

#[actor(crate = crate)]
struct Peer;

#[actor(crate = crate)]
impl Peer {
    fn work(&self) {}

    /// Waits for an event outside any actor.
    async fn hold(&mut self, gate: Gate) {
        gate.0.await.unwrap();
    }

    async fn ask(&mut self, other: PeerAddr) -> Result<(), CallError> {
        other.work().await
    }

    async fn ask_both(&mut self, one: PeerAddr, two: PeerAddr) -> Result<(), CallError> {
        one.work().await?;
        two.work().await
    }

    /// Calls another actor if the first has not replied in time.
    async fn ask_in_time(&mut self, one: PeerAddr, two: PeerAddr) -> Result<(), CallError> {
        let late = one.work().timeout(Duration::from_millis(500)).await;
        assert!(matches!(late, Err(CallError::Timeout { .. })), "{late:?}");
        two.work().await
    }

    async fn send(&mut self, other: NarrowAddr) -> Result<(), SendReason> {
        other.work().send().await.map_err(|error| error.reason())
    }

    #[message(priority)]
    async fn mourn(&mut self, other: PeerAddr) -> Exit {
        other.join().await
    }

    /// Like `cross`, with a join.
    async fn cross_join(&mut self, other: PeerAddr, both: Arc<Barrier>) -> Exit {
        both.wait();
        let mut join = other.join();
        assert!(poll_once(&mut join).await.is_none());
        both.wait();
        join.await
    }

    /// Blocks its thread until both have started and both have called.
    async fn cross(&mut self, other: PeerAddr, both: Arc<Barrier>) -> Result<(), CallError> {
        both.wait();
        let mut call = other.work();
        let early = poll_once(&mut call).await;
        both.wait();
        match early {
            Some(answer) => answer,
            None => call.await,
        }
    }
}

/// Has a capacity of one.
#[actor(crate = crate, capacity = 1)]
struct Narrow;

#[actor(crate = crate)]
impl Narrow {
    fn work(&self) {}

    /// Runs code when it is discarded.
    fn keep(&self, _word: Word) {}

    async fn hold(&mut self, gate: Gate) {
        gate.0.await.unwrap();
    }

    async fn ask(&mut self, other: PeerAddr) -> Result<(), CallError> {
        other.work().await
    }
}

/// Runs code when it is dropped.
struct Word(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Word {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|last| last());
    }
}

struct Gate(ReplyReceiver<()>);

fn gate() -> (Reply<()>, Gate) {
    let (reply, answer) = Reply::pair();
    (reply, Gate(answer))
}

/// Waits until `one` is parked and waits for `other`.
fn waits_for<A: Dispatch, B: Dispatch>(one: &Addr<A>, other: &Addr<B>) {
    let target = ActorKey::of(other.mailbox().header());
    let begun = Instant::now();
    loop {
        let edge = one.mailbox().lock().cell.edge();
        let is_waiting = edge.is_some_and(|edge| edge.pending.wait.target == target);
        if is_waiting {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it never waits");
        thread::yield_now();
    }
}

#[test]
fn a_wait_that_changed_between_two_walks_is_not_an_edge() {
    let system = System::builder().threads(4).build();
    let make = |name| Peer.prepare().name(name).on(&system).spawn();
    let (a, b, c, d) = (make("a"), make("b"), make("c"), make("d"));
    let ((open_a, gate_a), (open_c, gate_c), (open_d, gate_d)) = (gate(), gate(), gate());
    // B waits for C, which is held, and will then wait for D.
    c.hold(gate_c).try_send().unwrap();
    d.hold(gate_d).try_send().unwrap();
    b.ask_both(c.clone(), d.clone()).try_send().unwrap();
    waits_for(&b, &c);
    // C will then wait for A.
    c.ask(a.clone()).try_send().unwrap();
    // When A has seen that B waits for C, that ends, B waits for D, and C waits for A.
    let (looks, seen_b) = (a.id().number, b.id());
    let (b2, c2, a2, d2) = (b.clone(), c.clone(), a.clone(), d.clone());
    let open_c = Mutex::new(Some(open_c));
    let is_over = Arc::new(AtomicBool::new(false));
    let is_refused = Arc::new(AtomicBool::new(false));
    let (over, refused) = (is_over.clone(), is_refused.clone());
    set_action(system.shared().id, move |point| {
        if matches!(point, Failpoint::CheckEnded(number) if number == looks) {
            over.store(true, Ordering::SeqCst);
        } else if matches!(point, Failpoint::RefusalTried(true)) {
            refused.store(true, Ordering::SeqCst);
        } else if matches!(point, Failpoint::Visited(number) if number == seen_b.number)
            && let Some(open) = open_c.lock().take()
        {
            open.send(()).unwrap();
            waits_for(&b2, &d2);
            waits_for(&c2, &a2);
        }
    });
    // A has queued messages when it starts to wait for B, so it checks.
    a.hold(gate_a).try_send().unwrap();
    while a.len() > 0 {
        thread::yield_now();
    }
    let call = thread::spawn({
        let (a, b) = (a.clone(), b.clone());
        move || a.ask(b).wait()
    });
    while a.len() == 0 {
        thread::yield_now();
    }
    a.work().try_send().unwrap();
    open_a.send(()).unwrap();
    while !is_over.load(Ordering::SeqCst) {
        thread::yield_now();
    }
    assert!(!is_refused.load(Ordering::SeqCst), "a false alarm");
    open_d.send(()).unwrap();
    assert_eq!(call.join().unwrap(), Ok(Ok(())), "B was about to answer");
    set_action(system.shared().id, |_| {});
}

/// Waits until all queued messages are being handled.
fn is_taken<A: Dispatch>(one: &Addr<A>) {
    while one.len() > 0 {
        thread::yield_now();
    }
}

#[test]
fn a_wait_that_times_out_during_the_check_is_not_refused() {
    let system = System::builder().threads(4).build();
    let make = || Peer.spawn_on(&system);
    let (a, b, d) = (make(), make(), make());
    let ((open_a, gate_a), (open_d, gate_d)) = (gate(), gate());
    d.hold(gate_d).try_send().unwrap();
    a.hold(gate_a).try_send().unwrap();
    is_taken(&a);
    // A will ask B, which waits for A; and then D.
    let call = thread::spawn({
        let (a, b, d) = (a.clone(), b.clone(), d.clone());
        move || a.ask_in_time(b, d).wait().unwrap()
    });
    while a.len() == 0 {
        thread::yield_now();
    }
    b.ask(a.clone()).try_send().unwrap();
    waits_for(&b, &a);
    let judged = Arc::new(Mutex::new(Vec::new()));
    let (verdicts, (a2, d2)) = (judged.clone(), (a.clone(), d.clone()));
    set_action(system.shared().id, move |point| match point {
        Failpoint::Confirmed => waits_for(&a2, &d2),
        Failpoint::RefusalTried(is_refused) => verdicts.lock().push(is_refused),
        _ => {}
    });
    open_a.send(()).unwrap();
    waits_for(&a, &d);
    let begun = Instant::now();
    while judged.lock().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the cycle is never confirmed");
        thread::yield_now();
    }
    open_d.send(()).unwrap();
    assert_eq!(call.join().unwrap(), Ok(()));
    assert_eq!(*judged.lock(), [false]);
    set_action(system.shared().id, |_| {});
}

#[test]
fn two_actors_that_confirm_the_same_cycle_get_one_refusal() {
    let system = System::builder().threads(4).build();
    for _ in 0..3 {
        let (a, b) = (Peer.spawn_on(&system), Peer.spawn_on(&system));
        let looking = Meeting::new(Duration::from_secs(20));
        // With the lock, only one gets this far.
        let confirming = Meeting::new(Duration::from_millis(100));
        let refusing = Meeting::new(Duration::from_millis(100));
        let verdicts = Arc::new(AtomicUsize::new(0));
        let judged = verdicts.clone();
        set_action(system.shared().id, move |point| match point {
            // Both have published before either checks.
            Failpoint::CheckStarts => looking.meet(),
            Failpoint::Confirmed => confirming.meet(),
            // Both are here before either runs again.
            Failpoint::RefusalTried(is_refused) => {
                judged.fetch_add(usize::from(is_refused), Ordering::SeqCst);
                refusing.meet();
            }
            Failpoint::Visited(_) | Failpoint::CheckEnded(_) | Failpoint::WaitersAdmitted(_) => {}
        });
        let both = Arc::new(Barrier::new(2));
        let cross = |one: &PeerAddr, other: &PeerAddr| {
            let (one, other, both) = (one.clone(), other.clone(), both.clone());
            thread::spawn(move || one.cross(other, both).wait().unwrap())
        };
        let calls = [cross(&a, &b), cross(&b, &a)];
        let answers = calls.map(|call| call.join().unwrap());
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        assert_eq!(refused, 1, "{answers:?}");
        assert_eq!(verdicts.load(Ordering::SeqCst), 1);
    }
    set_action(system.shared().id, |_| {});
}

/// Two actors wait for each other, but not forever.
struct Meeting {
    here: Mutex<usize>,
    changed: Condvar,
    limit: Duration,
}

impl Meeting {
    fn new(limit: Duration) -> Self {
        Meeting { here: Mutex::new(0), changed: Condvar::new(), limit }
    }

    fn meet(&self) {
        let begun = Instant::now();
        let mut here = self.here.lock();
        *here += 1;
        self.changed.notify_all();
        while *here < 2 && begun.elapsed() < self.limit {
            here = self.changed.wait_timeout(here, self.limit.saturating_sub(begun.elapsed()));
        }
    }
}
