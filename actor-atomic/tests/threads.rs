//! The reply cell, the slot and the lock with real threads.
#![cfg(not(actor_loom))]

use actor_atomic::{Initial, Left, Lock, Sender, reply_cell, steal_slot};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};
use std::thread;

/// A cell whose work has started.
const STARTED: Initial = Initial { started: true, mark: None, note: None };

const ROUNDS: usize = if cfg!(miri) { 50 } else { 20_000 };

/// Unparks a thread.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn this_thread() -> Waker {
    Arc::new(Unpark(thread::current())).into()
}

fn send<T>(sender: Sender<T>, value: T) -> Result<(), T> {
    sender.send(value, drop).map(|waker| waker.into_iter().for_each(Waker::wake))
}

/// Counts the values that have not been dropped.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs `work` for each item on another thread.
fn on_another_thread<T: Send + 'static>(
    work: impl Fn(T) + Send + 'static,
) -> (std::sync::mpsc::SyncSender<T>, thread::JoinHandle<()>) {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    (sender, thread::spawn(move || receiver.into_iter().for_each(work)))
}

#[test]
fn each_value_arrives_and_each_waiting_thread_is_woken() {
    let (work, thread) = on_another_thread(|(sender, number): (Sender<usize>, usize)| {
        if number % 3 == 0 {
            drop(sender);
        } else {
            send(sender, number).expect("the receiver waits");
        }
    });
    for number in 0..ROUNDS {
        // Another waker at each poll, or always the same one.
        let same = this_thread();
        let first = (number % 2 == 0).then(|| same.clone());
        let (sender, mut receiver) = reply_cell(Initial::default(), first);
        work.send((sender, number)).unwrap();
        let value = loop {
            let waker = if number % 4 < 2 { same.clone() } else { this_thread() };
            match receiver.poll(&waker, drop) {
                Poll::Ready(value) => break value,
                Poll::Pending => thread::park(),
            }
        };
        assert_eq!(value, (number % 3 != 0).then_some(number));
    }
    drop(work);
    thread.join().unwrap();
}

#[test]
fn nothing_is_lost_or_leaks_when_the_receiver_leaves() {
    let count = Arc::new(AtomicUsize::new(0));
    let (work, thread) = on_another_thread(|(sender, value): (Sender<Counted>, Counted)| {
        if sender.state().unwrap().start(|_| true) {
            drop(send(sender, value));
        }
    });
    for number in 0..ROUNDS {
        let (sender, mut receiver) =
            reply_cell(Initial::default(), (number % 2 == 0).then(this_thread));
        work.send((sender, Counted::new(&count))).unwrap();
        if number % 3 == 0 {
            let _ = receiver.poll(&this_thread(), drop);
        }
        match receiver.leave(drop).0 {
            Left::Done(value) => drop(value),
            Left::Gone { .. } => {}
        }
    }
    drop(work);
    thread.join().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[test]
fn a_sender_is_woken_when_the_receiver_leaves() {
    let (work, thread) = on_another_thread(|mut receiver: actor_atomic::Receiver<u8>| {
        let (_, waker, _) = receiver.leave(drop);
        waker.into_iter().for_each(Waker::wake);
    });
    for number in 0..ROUNDS {
        let (mut sender, receiver) = reply_cell::<u8>(STARTED, None);
        if number % 2 == 0 {
            let _ = sender.poll_gone(&this_thread(), drop);
        }
        work.send(receiver).unwrap();
        while sender.poll_gone(&this_thread(), drop).is_pending() {
            thread::park();
        }
        assert_eq!(send(sender, 1), Err(1));
    }
    drop(work);
    thread.join().unwrap();
}

#[test]
fn a_cell_in_the_memory_of_an_earlier_one_has_another_id() {
    let mut ids = HashSet::new();
    for _ in 0..ROUNDS {
        let (sender, receiver) = reply_cell::<u8>(Initial::default(), None);
        let id = sender.state().unwrap().id();
        assert_eq!(receiver.state().unwrap().id(), id);
        assert!(id != 0 && id % 2 == 0);
        assert!(ids.insert(id), "two cells have the same id");
    }
}

#[test]
fn each_value_of_a_slot_is_taken_by_one_of_three_threads() {
    let (owner, stealer) = steal_slot();
    let ended = AtomicBool::new(false);
    let take_all = || {
        let mut taken = Vec::new();
        while !ended.load(Ordering::Acquire) || !stealer.is_empty() {
            taken.extend(stealer.take());
        }
        taken
    };
    let mut all = thread::scope(|scope| {
        let others = [(); 2].map(|()| scope.spawn(take_all));
        let mut mine = Vec::new();
        for number in 0..ROUNDS {
            let mut value = Box::new(number);
            while let Err(refused) = owner.put(value) {
                mine.extend(owner.take());
                value = refused;
            }
        }
        ended.store(true, Ordering::Release);
        mine.extend(others.into_iter().flat_map(|it| it.join().unwrap()));
        mine
    });
    all.sort_unstable();
    assert!(all.into_iter().map(|value| *value).eq(0..ROUNDS), "a value was lost or taken twice");
}

#[test]
fn no_change_under_a_lock_is_lost() {
    let lock = Arc::new(Lock::new((0, 0)));
    let threads = [(); 4].map(|()| {
        let lock = lock.clone();
        thread::spawn(move || {
            for _ in 0..ROUNDS {
                let mut both = lock.lock();
                assert_eq!(both.0, both.1, "no other thread is between the two changes");
                both.0 += 1;
                both.1 += 1;
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*lock.lock(), (4 * ROUNDS, 4 * ROUNDS));
}

#[test]
fn a_thread_that_sleeps_gets_the_lock_when_it_is_released() {
    let lock = Arc::new(Lock::new(Vec::new()));
    let guard = lock.lock();
    let others = [1, 2].map(|number| {
        let lock = lock.clone();
        thread::spawn(move || lock.lock().push(number))
    });
    // Until a thread is about to sleep.
    while !format!("{lock:?}").contains("is_awaited: true") {
        thread::yield_now();
    }
    drop(guard);
    for other in others {
        other.join().unwrap();
    }
    let mut numbers = lock.lock();
    numbers.sort_unstable();
    assert_eq!(*numbers, [1, 2]);
}

#[test]
fn a_release_after_the_last_thread_has_slept_wakes_none() {
    let lock = Arc::new(Lock::new(()));
    for _ in 0..ROUNDS / 20 {
        let guard = lock.lock();
        let other = {
            let lock = lock.clone();
            thread::spawn(move || drop(lock.lock()))
        };
        while !format!("{lock:?}").contains("is_awaited: true") {
            thread::yield_now();
        }
        drop(guard);
        other.join().unwrap();
        // A thread that gets the lock just before it would sleep leaves the flag to the next release.
        drop(lock.lock());
        assert!(format!("{lock:?}").contains("is_awaited: false"));
    }
}

#[test]
fn a_panic_releases_the_lock() {
    let lock = Lock::new(1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _guard = lock.lock();
        panic!("planned");
    }));
    assert!(panicked.is_err());
    *lock.lock() += 1;
    assert_eq!(*lock.lock(), 2);
}

/// As for a mutex, so that a lock of a state can be used without the type of the state.
#[test]
fn a_lock_is_usable_without_the_type_of_its_value() {
    let lock: Arc<Lock<dyn Fn() -> u32 + Send>> = Arc::new(Lock::new(|| 7));
    assert_eq!((lock.lock())(), 7);
}
