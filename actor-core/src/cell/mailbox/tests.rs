//! The side effects of a mailbox's operations: it admits senders, reports flags, and does not close too
//! early.

use crate::actor::restart::supervise;
use crate::actor::shutdown::publish_exit;
use crate::actor::spawn::ActorBuilder;
use crate::cell::handle::{DynMailbox, ParkResult};
use crate::cell::header::{ParkReason, STOP_FOR_RESTART};
use crate::cell::mailbox::Mailbox;
use crate::cell::queue::LazyDeque;
use crate::cell::state::{RestartAuthority, RestartDecision, SystemMessage};
use crate::prelude::*;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::{Actor, call::SendFuture, supervision::Restart};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Wake, Waker};

#[actor(crate = crate)]
struct Inn;

#[actor(crate = crate)]
impl Inn {
    fn enter(&self) {}

    #[message(priority)]
    fn hurry(&self) {}
}

/// Returns the mailbox and the address of an actor that never runs. The system ends with the
/// returned handle.
fn open(capacity: usize) -> (System, Arc<Mailbox<Inn>>, InnAddr) {
    let system = System::current_thread();
    let settings = const { &Inn::SETTINGS };
    let builder = ActorBuilder::<Inn>::new(Some(system.shared().clone()), settings, Some(capacity));
    (system, builder.mailbox.clone(), builder.address())
}

/// Ends the actor, whose last address may be gone.
fn end(mailbox: &Mailbox<Inn>) {
    DynMailbox::close(mailbox);
    mailbox.discard();
    publish_exit(mailbox, Exit::Stopped);
}

/// Records that it was woken.
#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Flag {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

type Sending<'a> = SendFuture<'a, Inn>;

fn poll(send: &mut Sending<'_>, flag: &Arc<Flag>) -> bool {
    let waker = Waker::from(flag.clone());
    match Pin::new(send).poll(&mut Poller::from_waker(&waker)) {
        Poll::Ready(sent) => sent.is_ok(),
        Poll::Pending => false,
    }
}

/// Polls `send`, which waits for capacity, and returns it with the flag of its waker.
fn waiting<'a>(mut send: Sending<'a>) -> (Sending<'a>, Arc<Flag>) {
    let flag = Arc::<Flag>::default();
    assert!(!poll(&mut send, &flag), "there is no capacity");
    (send, flag)
}

fn fetch(mailbox: &Mailbox<Inn>) -> (usize, bool) {
    let mut batch = LazyDeque::new();
    let mut first = None;
    let is_flagged = mailbox.fetch(&mut first, &mut batch, None);
    (usize::from(first.is_some()) + batch.len(), is_flagged)
}

#[test]
fn a_fetch_takes_the_message_of_a_sender_for_which_there_is_capacity() {
    let (_system, mailbox, inn) = open(1);
    inn.enter().try_send().unwrap();
    let (mut send, flag) = waiting(inn.enter().send());
    assert_eq!(fetch(&mailbox).0, 1);
    mailbox.header.begin_one();
    assert_eq!(fetch(&mailbox).0, 1);
    assert!(flag.is_set() && poll(&mut send, &flag));
    end(&mailbox);
}

#[test]
fn taking_a_priority_message_admits_the_next() {
    let (_system, mailbox, inn) = open(1);
    inn.hurry().try_send().unwrap();
    let (mut send, flag) = waiting(inn.hurry().send());
    assert!(mailbox.take_priority(None).is_some());
    assert!(flag.is_set() && poll(&mut send, &flag));
    end(&mailbox);
}

#[test]
fn each_admitted_sender_is_woken() {
    let (_system, mailbox, inn) = open(2);
    (0..2).for_each(|_| inn.enter().try_send().unwrap());
    let sends = [(); 2].map(|()| waiting(inn.enter().send()));
    mailbox.header.begin_turn();
    assert_eq!(fetch(&mailbox).0, 2);
    (0..2).for_each(|_| mailbox.header.begin_one());
    mailbox.untyped().make_room();
    assert!(sends.iter().all(|(_, flag)| flag.is_set()));
    end(&mailbox);
}

#[test]
fn a_fetch_reports_a_system_message_and_closes_only_after_it() {
    let (_system, mailbox, inn) = open(1);
    drop(inn);
    assert!(!mailbox.header.is_referenced());
    mailbox.untyped().notify(SystemMessage::Recheck);
    assert_eq!(fetch(&mailbox), (0, true));
    assert!(!mailbox.lock().cell.is_closed());
    assert_eq!(mailbox.untyped().take_system_messages().len(), 1);
    assert_eq!(fetch(&mailbox), (0, false));
    assert!(mailbox.lock().cell.is_closed());
    end(&mailbox);
}

/// A supervisor that never decides.
struct Undecided;

impl RestartAuthority for Undecided {
    fn life_ended(&self, _: ActorId, _: Exit) -> bool {
        true
    }
}

#[test]
fn a_stop_between_two_lives_keeps_the_task_from_parking() {
    let (_system, mailbox, inn) = open(1);
    supervise(&*mailbox, Arc::new(Undecided), Restart::Permanent);
    mailbox.header.set_park_reason(ParkReason::SystemOnly);
    let park = || mailbox.untyped().park(None, &mut || None);
    assert!(matches!(park(), ParkResult::Parked));
    inn.stop();
    assert!(!matches!(park(), ParkResult::Parked));
    end(&mailbox);
}

#[test]
fn a_restart_decision_cancels_an_earlier_stop_for_restart() {
    let (_system, mailbox, _inn) = open(1);
    supervise(&*mailbox, Arc::new(Undecided), Restart::Permanent);
    mailbox.untyped().end_life();
    assert_ne!(mailbox.header.flags() & STOP_FOR_RESTART, 0);
    mailbox.untyped().decide(RestartDecision::Restart);
    assert_eq!(mailbox.header.flags() & STOP_FOR_RESTART, 0);
    end(&mailbox);
}

#[test]
fn a_ticket_is_not_given_again_after_the_memory_of_a_burst_was_released() {
    let (_system, mailbox, inn) = open(1);
    inn.enter().try_send().unwrap();
    let (mut first, flag) = waiting(inn.enter().send());
    for _ in 0..2 {
        assert_eq!(fetch(&mailbox).0, 1);
        mailbox.header.begin_one();
    }
    assert!(mailbox.untyped().park_idle(&mut || None));
    inn.enter().try_send().unwrap();
    let (second, _) = waiting(inn.enter().send());
    assert!(poll(&mut first, &flag), "it was admitted before");
    drop(second);
    end(&mailbox);
}

#[test]
fn an_inbox_finds_nothing_new_before_a_message_arrives() {
    let (_system, mailbox, inn) = open(1);
    assert!(!mailbox.has_anything_new());
    inn.enter().try_send().unwrap();
    assert!(mailbox.has_anything_new());
    end(&mailbox);
}

#[test]
fn the_exit_of_a_linked_actor_outlives_a_life_that_has_not_handled_it() {
    let (_system, mailbox, inn) = open(1);
    mailbox.untyped().notify(SystemMessage::Recheck);
    let linked = SystemMessage::LinkedExited(inn.id(), Exit::Stopped);
    let drained = [(0, SystemMessage::Recheck), (0, linked)];
    mailbox.restore(&mut LazyDeque::new(), drained.into());
    let left = mailbox.lock().cell.take_system_messages();
    let left: Vec<_> = left.into_iter().map(|(_, message)| message).collect();
    assert!(matches!(left[..], [SystemMessage::LinkedExited(..), SystemMessage::Recheck]));
    end(&mailbox);
}
