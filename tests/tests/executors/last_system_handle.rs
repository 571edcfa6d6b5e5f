//! The last handle of a system with one thread, dropped anywhere: its actors end, their callers and
//! joiners are notified, and a state that must stay on its thread is dropped there.

use actor_core::prelude::*;
use futures_lite::future::{block_on, poll_once, yield_now};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, ThreadId};
use tests::{Gate, Host, Mark, Started, Tally, guarded};

const OWNED: [Host; 2] = [Host::CurrentThread, Host::Simulation(1)];

/// Can be blocked forever.
#[actor]
struct Worker {
    _mark: Mark,
}

#[actor]
impl Worker {
    fn ping(&self) {}

    async fn hang(&self, begun: Gate) {
        begun.open();
        std::future::pending().await
    }
}

/// Reports the thread that drops its state.
#[actor(local)]
struct Local {
    dropped_on: mpsc::Sender<ThreadId>,
}

#[actor(local)]
impl Local {
    fn ping(&self) {}
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.dropped_on.send(thread::current().id());
    }
}

type Waiting = Pin<Box<dyn Future<Output = Result<(), CallError>> + Send>>;

/// The values that remain when the owner of a system leaves `block_on`.
struct Left {
    started: Started,
    owner: ThreadId,
    idle: WorkerAddr,
    busy: WorkerAddr,
    local: LocalAddr,
    /// Calls that wait for an answer.
    running: Waiting,
    queued: Waiting,
    states: Tally,
    local_state: mpsc::Receiver<ThreadId>,
}

/// Starts a system on this thread, with an actor at work, one that idles, and a local one.
fn begin(host: Host) -> Left {
    let started = host.start();
    let (states, (dropped_on, local_state)) = (Tally::default(), mpsc::channel());
    let worker = || Worker { _mark: states.mark() };
    let (idle, busy, local, running, queued) = started.system.block_on(async {
        let (idle, busy, local) =
            (worker().spawn(), worker().spawn(), Local { dropped_on }.spawn());
        idle.ping().await.unwrap();
        local.ping().await.unwrap();
        let begun = Gate::new();
        let mut running: Waiting = Box::pin(busy.hang(begun.clone()).into_owned());
        let mut queued: Waiting = Box::pin(busy.ping().into_owned());
        assert_eq!(poll_once(&mut running).await, None);
        begun.pass().await;
        assert_eq!(poll_once(&mut queued).await, None);
        yield_now().await;
        (idle, busy, local, running, queued)
    });
    let owner = thread::current().id();
    Left { started, owner, idle, busy, local, running, queued, states, local_state }
}

/// Drops the last handle by `drop_handle`, and checks that all observers are notified.
fn ends_all(left: Left, drop_handle: impl FnOnce(Started)) -> (ThreadId, mpsc::Receiver<ThreadId>) {
    let joins = [left.idle.join(), left.busy.join(), left.local.join()];
    drop_handle(left.started);
    assert_eq!(block_on(left.running), Err(CallError::Killed));
    assert_eq!(block_on(left.queued), Err(CallError::Stopped));
    for join in joins {
        assert_eq!(block_on(join), Exit::Killed);
    }
    for worker in [&left.idle, &left.busy] {
        assert_eq!(block_on(worker.ping().into_owned()), Err(CallError::Stopped));
    }
    assert_eq!(block_on(left.local.ping().into_owned()), Err(CallError::Stopped));
    assert!(!left.local.is_alive());
    block_on(left.states.reaches(2));
    (left.owner, left.local_state)
}

/// The ways to drop a handle on a thread that does not own the system.
fn elsewhere() -> Vec<(&'static str, Box<dyn FnOnce(Started)>)> {
    let in_task = |host: Host| -> Box<dyn FnOnce(Started)> {
        Box::new(move |started| {
            let other = host.start();
            let task = other.system.spawn_task(async move { drop(started) });
            other.system.block_on(task);
        })
    };
    vec![
        ("plainly", Box::new(drop)),
        (
            "inside block_on",
            Box::new(|started| {
                System::current_thread().block_on(async move { drop(started) });
            }),
        ),
        ("by a worker", in_task(Host::MultiThread(1))),
        ("by a task of tokio", in_task(Host::Tokio(1))),
        ("by a task of smol", in_task(Host::Smol(1))),
        ("by a simulation", in_task(Host::Simulation(2))),
    ]
}

#[test]
fn the_last_handle_dropped_on_another_thread_ends_the_actors_of_a_thread_that_has_ended() {
    guarded("owner has ended", || {
        for host in OWNED {
            for (_, drop_handle) in elsewhere() {
                let left = thread::spawn(move || begin(host)).join().unwrap();
                // The thread that ended has dropped the state.
                assert_eq!(left.local_state.recv(), Ok(left.owner));
                ends_all(left, drop_handle);
            }
        }
    });
}

thread_local! {
    static HELD: RefCell<Option<Started>> = const { RefCell::new(None) };
}

#[test]
fn the_last_handle_in_a_thread_local_ends_the_actors_with_its_thread() {
    guarded("held by a thread", || {
        for host in OWNED {
            for is_first in [true, false] {
                let owner = move || {
                    if is_first {
                        // Registers the destructor, which then runs after those of the library.
                        HELD.take();
                    }
                    let mut left = begin(host);
                    let held = std::mem::replace(&mut left.started, host.start());
                    HELD.set(Some(held));
                    left
                };
                let left = thread::spawn(owner).join().unwrap();
                let (id, local_state) = ends_all(left, drop);
                assert_eq!(local_state.recv(), Ok(id));
            }
        }
    });
}

#[test]
fn the_last_handle_dropped_on_another_thread_leaves_local_states_to_their_own() {
    guarded("owner is elsewhere", || {
        for host in OWNED {
            for (what, drop_handle) in elsewhere() {
                let (sender, receiver) = mpsc::channel();
                let (released, over) = (Gate::new(), Gate::new());
                let (release, end) = (released.clone(), over.clone());
                let owner = thread::spawn(move || {
                    sender.send(begin(host)).unwrap();
                    // Outside of any system, it waits; then it enters another one.
                    released.pass_blocking();
                    System::current_thread().block_on(async {});
                    end.pass_blocking();
                });
                let (id, local_state) = ends_all(receiver.recv().unwrap(), drop_handle);
                assert!(local_state.try_recv().is_err(), "{what} on {host:?}");
                release.open();
                assert_eq!(local_state.recv(), Ok(id), "{what} on {host:?}");
                over.open();
                owner.join().unwrap();
            }
        }
    });
}

#[test]
fn the_last_handle_dropped_by_the_owner_inside_another_system_ends_the_actors_there() {
    guarded("owner inside another system", || {
        for host in OWNED {
            let left = begin(host);
            let (id, local_state) = ends_all(left, |started| {
                System::current_thread().block_on(async move { drop(started) });
            });
            assert_eq!(local_state.recv(), Ok(id));
            let left = begin(host);
            let (id, local_state) = ends_all(left, |started| {
                System::builder().threads(1).build().block_on(async move { drop(started) });
            });
            assert_eq!(local_state.recv(), Ok(id));
        }
    });
}

#[test]
fn the_last_handle_dropped_while_the_owner_waits_in_a_call_ends_that_call() {
    guarded("owner waits", || {
        let (sender, receiver) = mpsc::channel();
        let owner = thread::spawn(move || {
            let left = begin(Host::CurrentThread);
            let busy = left.busy.clone();
            sender.send(left).unwrap();
            // It drives its system without a handle.
            busy.ping().wait()
        });
        let (id, local_state) = ends_all(receiver.recv().unwrap(), drop);
        assert_eq!(owner.join().unwrap(), Err(CallError::Stopped));
        assert_eq!(local_state.recv(), Ok(id));
    });
}

/// Gets a handle of its system when its state is dropped, and drops it at once.
#[actor]
struct Finder {
    deepest: Arc<AtomicUsize>,
}

#[actor]
impl Finder {}

thread_local! {
    /// The number of states of `Finder` on this thread that are being dropped.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

impl Drop for Finder {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() + 1);
        self.deepest.fetch_max(DEPTH.get(), Ordering::Relaxed);
        drop(System::current());
        DEPTH.set(DEPTH.get() - 1);
    }
}

#[test]
fn states_that_get_a_handle_after_the_last_one_are_dropped_one_after_another() {
    guarded("a handle after the last one", || {
        for host in OWNED {
            let deepest = Arc::new(AtomicUsize::new(0));
            let started = host.start();
            for _ in 0..100 {
                started.system.spawn(Finder { deepest: deepest.clone() }).keep_alive();
            }
            System::current_thread().block_on(async move { drop(started) });
            assert_eq!(deepest.load(Ordering::Relaxed), 1, "{host:?}");
            assert_eq!(Arc::strong_count(&deepest), 1, "{host:?}");
        }
    });
}
