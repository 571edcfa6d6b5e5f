//! Random sequences of operations on a reply cell and on a slot, against plain models of them.
#![cfg(not(any(actor_loom, miri)))]

use actor_atomic::{Initial, Left, Mark, reply_cell, steal_slot};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};

#[derive(Clone, Copy, Debug)]
enum Operation {
    Start,
    SetMark,
    PollValue(usize),
    PollGone(usize),
    ForgetWaker,
    Attach,
    Send,
    DropSender,
    Leave,
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        2 => Just(Operation::Start),
        1 => Just(Operation::SetMark),
        6 => (0..3usize).prop_map(Operation::PollValue),
        4 => (0..3usize).prop_map(Operation::PollGone),
        1 => Just(Operation::ForgetWaker),
        1 => Just(Operation::Attach),
        2 => Just(Operation::Send),
        1 => Just(Operation::DropSender),
        2 => Just(Operation::Leave),
    ]
}

#[derive(Default)]
struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The expected behavior, with one owner and without threads.
#[derive(Default)]
struct Model {
    started: bool,
    marked: bool,
    /// The result of the sender, once it has finished.
    done: Option<Option<u8>>,
    gone: bool,
    received: bool,
    /// The waker of the receiver, and that of the sender.
    waiting: Option<usize>,
    watching: Option<usize>,
    attached: Option<u8>,
}

proptest! {
    #[test]
    fn a_cell_does_what_its_model_does(
        started in any::<bool>(),
        first in proptest::option::of(0..3usize),
        operations in proptest::collection::vec(operation(), 1..24),
    ) {
        let flags: [Arc<Flag>; 3] = Default::default();
        let wakers: Vec<Waker> = flags.iter().map(|flag| flag.clone().into()).collect();
        let (sender, mut receiver) = reply_cell(Initial { started, ..Initial::default() }, first.map(|number| wakers[number].clone()));
        let mut sender = Some(sender);
        let mut model = Model { started, waiting: first, ..Model::default() };
        for operation in operations {
            match operation {
                Operation::Start => if let Some(sender) = &sender {
                    let expected = model.started || !model.gone;
                    model.started |= expected;
                    prop_assert_eq!(sender.state().unwrap().start(|_| true), expected);
                    prop_assert_eq!(sender.state().unwrap().has_started(), model.started);
                },
                Operation::SetMark => if let Some(sender) = &sender {
                    prop_assert_eq!(sender.state().unwrap().is_set(Mark::B), model.marked);
                    sender.state().unwrap().set(Mark::B);
                    model.marked = true;
                    prop_assert!(!sender.state().unwrap().is_set(Mark::A));
                },
                Operation::PollValue(number) => if !model.gone && !model.received {
                    let expected = match model.done {
                        Some(value) => { model.received = true; Poll::Ready(value) }
                        None => { model.waiting = Some(number); Poll::Pending }
                    };
                    prop_assert_eq!(receiver.poll(&wakers[number], drop), expected);
                },
                Operation::PollGone(number) => if let Some(sender) = &mut sender {
                    let expected = if model.gone { Poll::Ready(()) } else { Poll::Pending };
                    model.watching = (!model.gone).then_some(number);
                    prop_assert_eq!(sender.poll_gone(&wakers[number], drop), expected);
                },
                Operation::ForgetWaker => if let Some(sender) = &mut sender {
                    sender.forget_waker(drop);
                    model.watching = None;
                },
                Operation::Attach => if let Some(sender) = &sender {
                    // The first attachment stays.
                    let number = model.attached.map_or(0, |number| number + 1);
                    let is_first = *model.attached.get_or_insert(number) == number;
                    let state = sender.state().unwrap();
                    prop_assert_eq!(state.attach(Arc::new(number)), is_first && !model.gone);
                    prop_assert!(state.is_set(Mark::A.or(Mark::ATTACHED)));
                    prop_assert!(!state.is_set(Mark::A.or(Mark::C)));
                },
                Operation::Send => if let Some(sender) = sender.take() {
                    let result = sender.send(7, drop);
                    if model.gone {
                        prop_assert_eq!(result.unwrap_err(), 7);
                    } else {
                        model.done = Some(Some(7));
                        let waker = result.unwrap();
                        prop_assert_eq!(waker.is_some(), model.waiting.is_some());
                        if let (Some(waker), Some(number)) = (waker, model.waiting.take()) {
                            prop_assert!(waker.will_wake(&wakers[number]));
                        }
                    }
                },
                Operation::DropSender => if sender.take().is_some() && !model.gone {
                    model.done = Some(None);
                    if let Some(number) = model.waiting.take() {
                        prop_assert_eq!(flags[number].0.swap(0, Ordering::Relaxed), 1);
                    }
                },
                Operation::Leave => {
                    let (left, waker, attached) = receiver.leave(drop);
                    let expected = match model.done {
                        _ if model.gone || model.received => Left::Done(None),
                        Some(value) => { model.received = true; Left::Done(value) }
                        None => { model.gone = true; Left::Gone { started: model.started } }
                    };
                    let found = if matches!(expected, Left::Gone { .. }) { model.attached } else { None };
                    prop_assert_eq!(left, expected);
                    prop_assert_eq!(attached.as_ref().and_then(|value| value.downcast_ref()), found.as_ref());
                    let watching = if model.gone { model.watching.take() } else { None };
                    prop_assert_eq!(waker.is_some(), watching.is_some());
                    if let (Some(waker), Some(number)) = (waker, watching) {
                        prop_assert!(waker.will_wake(&wakers[number]));
                    }
                }
            }
        }
        drop((sender, receiver, wakers));
        for flag in &flags {
            prop_assert_eq!(Arc::strong_count(flag), 1, "a waker has leaked");
        }
    }

    /// `true` is a put, `false` a take, by the owner or the other end.
    #[test]
    fn a_slot_does_what_an_option_does(operations in prop::collection::vec(any::<(bool, bool)>(), 0..40)) {
        let (owner, stealer) = steal_slot();
        let value = Arc::new(());
        let mut model = 0;
        for (is_put, by_owner) in operations {
            if is_put {
                prop_assert_eq!(owner.put(value.clone()).is_ok(), model == 0);
                model = 1;
            } else {
                let taken = if by_owner { owner.take() } else { stealer.take() };
                prop_assert_eq!(taken.is_some(), model == 1);
                model = 0;
            }
            prop_assert_eq!((owner.is_empty(), stealer.is_empty()), (model == 0, model == 0));
            prop_assert_eq!(Arc::strong_count(&value), 1 + model);
        }
        drop((owner, stealer));
        prop_assert_eq!(Arc::strong_count(&value), 1, "the value in the slot has leaked");
    }
}
