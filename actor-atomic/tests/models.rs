//! Models of the reply cell, of the slot and of the lock: each runs under all interleavings of its threads. A cell whose memory is
//! accessed by one side after the other has freed it fails a model, and so does an unordered access.
#![cfg(actor_loom)]

use actor_atomic::{Initial, Left, Lock, Receiver, reply_cell, steal_slot};
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};

/// A cell whose work has started.
const STARTED: Initial = Initial { started: true, mark: None, note: None };

/// Counts how often it was woken.
#[derive(Debug)]
struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl Flag {
    fn new() -> Arc<Self> {
        Arc::new(Flag(AtomicUsize::new(0)))
    }

    fn is_woken(&self) -> bool {
        self.0.load(Ordering::Acquire) > 0
    }
}

fn waker(flag: &Arc<Flag>) -> Waker {
    flag.clone().into()
}

/// Sends, and wakes the receiver.
fn send<T>(sender: actor_atomic::Sender<T>, value: T) -> Result<(), T> {
    sender.send(value, drop).map(|waker| waker.into_iter().for_each(Waker::wake))
}

#[test]
fn the_first_waker_is_woken() {
    loom::model(|| {
        let flag = Flag::new();
        let (sender, mut receiver) = reply_cell(Initial::default(), Some(waker(&flag)));
        let other = thread::spawn(move || send(sender, 7));
        let early = receiver.poll(&waker(&flag), drop);
        assert_eq!(other.join().unwrap(), Ok(()));
        if early.is_pending() {
            assert!(flag.is_woken());
            assert_eq!(receiver.poll(&waker(&flag), drop), Poll::Ready(Some(7)));
        } else {
            assert_eq!(early, Poll::Ready(Some(7)));
        }
        drop(receiver);
        assert_eq!(Arc::strong_count(&flag), 1, "a waker has leaked");
    });
}

#[test]
fn of_three_wakers_the_last_is_woken() {
    loom::model(|| {
        let flags = [Flag::new(), Flag::new(), Flag::new()];
        let value = Arc::new(());
        let (sender, mut receiver) = reply_cell(Initial::default(), Some(waker(&flags[0])));
        let sent = value.clone();
        let other = thread::spawn(move || send(sender, sent).is_ok());
        let mut received = None;
        for flag in &flags[1..] {
            if received.is_none()
                && let Poll::Ready(value) = receiver.poll(&waker(flag), drop)
            {
                received = Some(value);
            }
        }
        assert!(other.join().unwrap());
        if received.is_none() {
            assert!(flags[2].is_woken(), "the last waker was not woken");
            let Poll::Ready(value) = receiver.poll(&waker(&flags[2]), drop) else {
                panic!("no value")
            };
            received = Some(value);
        }
        assert!(received.flatten().is_some());
        drop(receiver);
        assert_eq!(Arc::strong_count(&value), 1);
        assert!(flags.iter().all(|flag| Arc::strong_count(flag) == 1), "a waker has leaked");
    });
}

#[test]
fn a_dropped_sender_wakes_a_receiver_that_has_moved_to_another_thread() {
    loom::model(|| {
        let (first, second) = (Flag::new(), Flag::new());
        let (sender, mut receiver) = reply_cell::<u8>(Initial::default(), Some(waker(&first)));
        let dropper = thread::spawn(move || drop(sender));
        let later = waker(&second);
        let mover = thread::spawn(move || (receiver.poll(&later, drop), receiver));
        let (poll, mut receiver) = mover.join().unwrap();
        dropper.join().unwrap();
        match poll {
            Poll::Ready(value) => assert_eq!(value, None),
            Poll::Pending => {
                assert!(second.is_woken());
                assert_eq!(receiver.poll(&waker(&second), drop), Poll::Ready(None));
            }
        }
        drop(receiver);
        assert_eq!((Arc::strong_count(&first), Arc::strong_count(&second)), (1, 1));
    });
}

#[test]
fn the_value_of_a_receiver_that_leaves_comes_back_or_is_received() {
    loom::model(|| {
        let (first, second) = (Flag::new(), Flag::new());
        let value = Arc::new(());
        let (sender, mut receiver) = reply_cell(Initial::default(), Some(waker(&first)));
        let sent = value.clone();
        let other = thread::spawn(move || send(sender, sent).is_err());
        let _ = receiver.poll(&waker(&second), drop);
        let (left, ..) = receiver.leave(drop);
        let came_back = other.join().unwrap();
        let received = matches!(left, Left::Done(Some(_)));
        assert!(!(came_back && received));
        drop((left, receiver));
        assert_eq!(Arc::strong_count(&value), 1);
        assert_eq!((Arc::strong_count(&first), Arc::strong_count(&second)), (1, 1));
    });
}

#[test]
fn work_that_is_reported_as_never_started_does_not_start() {
    loom::model(|| {
        let (sender, mut receiver) = reply_cell::<u8>(Initial::default(), None);
        let other = thread::spawn(move || {
            let started = sender.state().unwrap().start(|_| true);
            let _ = send(sender, 1);
            started
        });
        let (left, ..) = receiver.leave(drop);
        let started = other.join().unwrap();
        match left {
            Left::Gone { started: before } => assert!(!before || started),
            Left::Done(value) => assert_eq!(value, Some(1)),
        }
        if left == (Left::Gone { started: false }) {
            assert!(!started, "work has started though the receiver knows that it never will");
        }
    });
}

#[test]
fn work_that_the_note_refuses_never_starts() {
    loom::model(|| {
        let initial = Initial { note: Some(7), ..Initial::default() };
        let (sender, mut receiver) = reply_cell::<u8>(initial, None);
        let other = thread::spawn(move || {
            let state = sender.state().unwrap();
            let refused = state.start(|note| note != 7);
            (refused, state.start(|note| note == 7), sender)
        });
        let (left, ..) = receiver.leave(drop);
        let (refused, started, sender) = other.join().unwrap();
        assert!(!refused, "work has started though its note refuses it");
        if left == (Left::Gone { started: false }) {
            assert!(!started, "work has started though the receiver knows that it never will");
        } else {
            assert!(started);
        }
        drop(sender);
    });
}

#[test]
fn a_sender_that_waits_for_the_receiver_to_leave_is_woken() {
    loom::model(|| {
        let (sender, mut receiver) = reply_cell::<u8>(STARTED, None);
        let flag = Flag::new();
        let other = thread::spawn(move || {
            let (_, waker, _) = receiver.leave(drop);
            waker.into_iter().for_each(Waker::wake);
        });
        let mut sender = sender;
        let early = sender.poll_gone(&waker(&flag), drop);
        other.join().unwrap();
        if early.is_pending() {
            assert!(flag.is_woken(), "the sender was not woken");
            assert_eq!(sender.poll_gone(&waker(&flag), drop), Poll::Ready(()));
        }
        drop(sender);
        assert_eq!(Arc::strong_count(&flag), 1, "a waker has leaked");
    });
}

#[test]
fn both_sides_wait_for_each_other_with_several_wakers() {
    loom::model(|| {
        let flags = [Flag::new(), Flag::new(), Flag::new(), Flag::new()];
        let (mut sender, mut receiver) = reply_cell::<u8>(STARTED, Some(waker(&flags[0])));
        let mine = [waker(&flags[2]), waker(&flags[3])];
        let other = thread::spawn(move || {
            let _ = sender.poll_gone(&mine[0], drop);
            let _ = sender.poll_gone(&mine[1], drop);
            sender.forget_waker(drop);
            let _ = send(sender, 1);
        });
        let _ = receiver.poll(&waker(&flags[1]), drop);
        let (_, closed, _) = receiver.leave(drop);
        closed.into_iter().for_each(Waker::wake);
        other.join().unwrap();
        drop(receiver);
        assert!(flags.iter().all(|flag| Arc::strong_count(flag) == 1), "a waker has leaked");
    });
}

/// Panics when its last clone is dropped.
struct Sticky;

impl Wake for Sticky {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Sticky {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            resume_unwind(Box::new("planned"));
        }
    }
}

/// Drops `dropped`, and catches the panic of its drop.
fn contain<T>(dropped: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(dropped)));
}

#[test]
fn a_dropped_sender_finishes_though_a_waker_panics() {
    loom::model(|| {
        let flag = Flag::new();
        let (sender, mut receiver) = reply_cell::<u8>(Initial::default(), None);
        let other = thread::spawn(move || contain(sender));
        let sticky = Waker::from(Arc::new(Sticky));
        let mut poll = receiver.poll(&sticky, contain);
        contain(sticky);
        if poll.is_pending() {
            poll = receiver.poll(&waker(&flag), contain);
            other.join().unwrap();
            if poll.is_pending() {
                assert!(flag.is_woken(), "the receiver was not woken");
                poll = receiver.poll(&waker(&flag), contain);
            }
        } else {
            other.join().unwrap();
        }
        assert_eq!(poll, Poll::Ready(None));
        drop(receiver);
        assert_eq!(Arc::strong_count(&flag), 1, "a waker has leaked");
    });
}

#[test]
fn a_dropped_receiver_wakes_the_sender_though_a_waker_panics() {
    loom::model(|| {
        let flag = Flag::new();
        let sticky = Waker::from(Arc::new(Sticky));
        let (mut sender, receiver) = reply_cell::<u8>(STARTED, Some(sticky));
        let other = thread::spawn(move || contain(receiver));
        let early = sender.poll_gone(&waker(&flag), drop);
        other.join().unwrap();
        assert!(early.is_ready() || flag.is_woken(), "the sender was not woken");
        assert_eq!(sender.poll_gone(&waker(&flag), drop), Poll::Ready(()));
        drop(sender);
        assert_eq!(Arc::strong_count(&flag), 1, "a waker has leaked");
    });
}

/// A task that is polled where it is woken.
struct Task {
    receiver: Mutex<Option<Receiver<u8>>>,
    received: Arc<Flag>,
}

impl Task {
    fn poll(self: &Arc<Self>) {
        let mut receiver = self.receiver.lock().unwrap();
        if let Some(polled) = &mut *receiver
            && let Poll::Ready(value) = polled.poll(&self.clone().into(), drop)
        {
            assert_eq!(value, None);
            *receiver = None;
            self.received.0.fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.poll();
    }
}

#[test]
fn a_waker_that_polls_the_receiver_frees_the_cell_within_the_drop_of_the_sender() {
    loom::model(|| {
        let received = Flag::new();
        let (sender, receiver) = reply_cell::<u8>(Initial::default(), None);
        let receiver = Mutex::new(Some(receiver));
        let task = Arc::new(Task { receiver, received: received.clone() });
        let other = thread::spawn(move || drop(sender));
        task.poll();
        // The cell may have the only reference to the task now.
        drop(task);
        other.join().unwrap();
        assert!(received.is_woken(), "the task has not received");
        assert_eq!(Arc::strong_count(&received), 1, "the task has leaked");
    });
}

/// Drops the receiver with its last clone.
struct Owner(Mutex<Option<Receiver<u8>>>);

impl Wake for Owner {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_waker_that_owns_the_receiver_is_dropped_by_the_sender() {
    loom::model(|| {
        let flag = Flag::new();
        let (sender, receiver) = reply_cell::<u8>(Initial::default(), None);
        let owner = Arc::new(Owner(Mutex::new(Some(receiver))));
        let other = thread::spawn(move || drop(sender));
        for waker in [owner.clone().into(), waker(&flag)] {
            if let Some(receiver) = &mut *owner.0.lock().unwrap() {
                if receiver.poll(&waker, drop).is_ready() {
                    break;
                }
            }
        }
        drop(owner);
        other.join().unwrap();
        assert_eq!(Arc::strong_count(&flag), 1, "a waker has leaked");
    });
}

/// Tells of the end of a cell through its attachment, by the side that decides it.
#[test]
fn the_attachment_is_found_by_the_side_that_ends_the_cell() {
    loom::model(|| {
        let (sender, mut receiver) = reply_cell(STARTED, None);
        let value = Arc::new(());
        let attachment = value.clone();
        let other = thread::spawn(move || {
            let is_attached = sender.state().unwrap().attach(attachment);
            (is_attached, send(sender, 1).is_ok())
        });
        let (left, _, attached) = receiver.leave(drop);
        let (is_attached, is_sent) = other.join().unwrap();
        let is_gone = matches!(left, Left::Gone { .. });
        assert_eq!(is_sent, !is_gone);
        assert_eq!(attached.is_some(), is_gone && is_attached, "no side tells, or both do");
        assert!(is_attached || is_gone);
        drop((attached, receiver));
        assert_eq!(Arc::strong_count(&value), 1, "the attachment has leaked");
    });
}

#[test]
fn the_attachment_is_found_while_both_sides_have_later_wakers() {
    loom::model(|| {
        let flags = [Flag::new(), Flag::new()];
        let (mut sender, mut receiver) = reply_cell(STARTED, None);
        let value = Arc::new(());
        let (attachment, mine) = (value.clone(), waker(&flags[0]));
        let other = thread::spawn(move || {
            let _ = sender.poll_gone(&mine, drop);
            let is_attached = sender.state().unwrap().attach(attachment);
            (is_attached, send(sender, 1).is_ok())
        });
        let _ = receiver.poll(&waker(&flags[1]), drop);
        let (left, closed, attached) = receiver.leave(drop);
        let (is_attached, is_sent) = other.join().unwrap();
        let is_gone = left == Left::Gone { started: true };
        assert_eq!((attached.is_some(), is_sent), (is_gone && is_attached, !is_gone));
        drop((closed, attached, receiver));
        assert!(flags.iter().all(|flag| Arc::strong_count(flag) == 1), "a waker has leaked");
        assert_eq!(Arc::strong_count(&value), 1, "the attachment has leaked");
    });
}

#[test]
fn a_value_in_a_slot_is_taken_once() {
    loom::model(|| {
        let (owner, stealer) = steal_slot();
        let value = Arc::new(());
        owner.put(value.clone()).unwrap();
        let other = thread::spawn(move || stealer.take().is_some());
        let is_own = owner.take().is_some();
        let is_stolen = other.join().unwrap();
        assert!(is_own != is_stolen, "the value was lost, or taken twice");
        drop(owner);
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_put_during_a_take_loses_neither_value() {
    loom::model(|| {
        let (owner, stealer) = steal_slot();
        let stealer = Arc::new(stealer);
        owner.put(1).unwrap();
        let others = [(); 2].map(|()| {
            let stealer = stealer.clone();
            thread::spawn(move || stealer.take())
        });
        // A thread of its own, which loom starts last: a load of the first thread would hide the
        // interleavings in which the value is taken first.
        let putter = thread::spawn(move || {
            let refused = owner.put(2).err();
            (owner, refused)
        });
        let mut values: Vec<u8> = others.into_iter().filter_map(|it| it.join().unwrap()).collect();
        let (owner, refused) = putter.join().unwrap();
        values.extend(refused);
        values.extend(owner.take());
        values.sort_unstable();
        assert_eq!(values, [1, 2]);
    });
}

#[test]
fn a_value_that_stays_in_a_slot_is_dropped_with_it() {
    loom::model(|| {
        let (owner, stealer) = steal_slot();
        let value = Arc::new(());
        let put = value.clone();
        let taker = thread::spawn(move || stealer.take());
        let putter = thread::spawn(move || owner.put(put).is_ok());
        let taken = taker.join().unwrap();
        assert!(putter.join().unwrap());
        drop(taken);
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// Each access to the value comes after that of the previous guard: the lock orders them.
#[test]
fn one_thread_at_a_time_has_the_lock() {
    loom::model(|| {
        let lock = Arc::new(Lock::new(0));
        let other = {
            let lock = lock.clone();
            thread::spawn(move || {
                *lock.lock() += 1;
                *lock.lock() += 1;
            })
        };
        *lock.lock() += 1;
        other.join().unwrap();
        assert_eq!(*lock.lock(), 3);
    });
}

#[test]
fn writes_before_a_release_are_visible_under_the_lock() {
    loom::model(|| {
        let (lock, beside) = (Arc::new(Lock::new(false)), Arc::new(AtomicUsize::new(0)));
        let other = {
            let (lock, beside) = (lock.clone(), beside.clone());
            thread::spawn(move || {
                beside.store(1, Ordering::Relaxed);
                *lock.lock() = true;
            })
        };
        let is_set = *lock.lock();
        assert!(!is_set || beside.load(Ordering::Relaxed) == 1);
        other.join().unwrap();
    });
}
