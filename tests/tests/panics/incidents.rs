//! The contents of incidents. The messages of the library itself are not reported.

use actor_core::prelude::*;
use actor_core::{
    incident::Incident,
    supervision::{Child, Restart, Supervisor},
};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Mark, Tally, guarded};

#[actor]
struct Node;

#[actor]
impl Node {
    async fn hang(&self, waits: Gate) {
        waits.open();
        std::future::pending::<()>().await;
    }

    fn keep(&self, number: u32, mark: Mark) {
        drop((number, mark));
    }

    /// Never handled.
    #[message(when = false)]
    fn store(&self, number: u32, mark: Mark) {
        drop((number, mark));
    }

    fn nothing(&self) {}

    fn fail(&self) {
        panic!("planned");
    }
}

fn with_hook(hook: impl Fn(&Incident) + Send + Sync + 'static) -> System {
    System::builder().threads(2).on_incident(hook).build()
}

/// Kills a node with three messages of a mark each.
async fn kill_with_mail(dropped: &Tally) {
    let (node, waits) = (Node.spawn(), Gate::new());
    node.hang(waits.clone()).send().await.unwrap();
    waits.pass().await;
    for number in 1..=3 {
        node.keep(number, dropped.mark()).send().await.unwrap();
    }
    node.kill();
    assert_eq!(node.join().await, Exit::Killed);
}

#[test]
fn an_incident_carries_the_message_that_was_not_delivered() {
    guarded("dead letters", || {
        let (numbers, taken) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(None)));
        let (seen, kept) = (numbers.clone(), taken.clone());
        let system = with_hook(move |incident| {
            let Incident::Undelivered { letter, message: "keep", .. } = incident else { return };
            assert_eq!(letter.inspect(|_: &u32| ()), None, "it is of another type");
            let number = letter.inspect(|message: &NodeMessage| match message {
                NodeMessage::Keep { number, .. } => *number,
                _ => 0,
            });
            seen.lock().unwrap().extend(number);
            if number == Some(2) {
                *kept.lock().unwrap() = letter.take();
                assert!(letter.take().is_none(), "it is there once");
            }
        });
        let dropped = Tally::default();
        system.block_on(kill_with_mail(&dropped));
        assert_eq!(*numbers.lock().unwrap(), [1, 2, 3]);
        assert_eq!(dropped.count(), 2, "the others were dropped with their incidents");
        let message = taken.lock().unwrap().take().expect("one was taken");
        let message = message.downcast::<NodeMessage>().expect("it is a message of the node");
        assert!(matches!(*message, NodeMessage::Keep { number: 2, .. }));
        drop(message);
        assert_eq!(dropped.count(), 3);
    });
}

#[test]
fn an_incident_carries_a_deferred_message() {
    guarded("deferred dead letters", || {
        let numbers = Arc::new(Mutex::new(Vec::new()));
        let seen = numbers.clone();
        let system = with_hook(move |incident| {
            let Incident::Undelivered { letter, message: "store", .. } = incident else { return };
            let number = letter.inspect(|message: &NodeMessage| match message {
                NodeMessage::Store { number, .. } => *number,
                _ => 0,
            });
            seen.lock().unwrap().push(number);
        });
        let dropped = Tally::default();
        system.block_on(async {
            let node = Node.spawn();
            for number in 1..=2 {
                node.store(number, dropped.mark()).send().await.unwrap();
            }
            // Once this one is handled, both have been deferred.
            node.nothing().await.unwrap();
            node.kill();
            assert_eq!(node.join().await, Exit::Killed);
        });
        assert_eq!(*numbers.lock().unwrap(), [Some(1), Some(2)]);
        assert_eq!(dropped.count(), 2, "dropped with their incidents");
    });
}

#[test]
fn without_a_hook_messages_are_dropped_at_once() {
    guarded("no dead letters", || {
        let system = System::builder().threads(2).build();
        let dropped = Tally::default();
        system.block_on(kill_with_mail(&dropped));
        assert_eq!((dropped.count(), system.counters().undelivered), (3, 3));
    });
}

#[test]
fn the_messages_of_the_library_itself_are_no_incidents() {
    guarded("internal messages", || {
        let said = Arc::new(Mutex::new(Vec::new()));
        let log = said.clone();
        let system = with_hook(move |incident| log.lock().unwrap().push(incident.to_string()));
        system.block_on(async {
            for _ in 0..50 {
                let supervisor = Supervisor::one_for_one().spawn();
                let child = Child::new("child", || Node).restart(Restart::Temporary);
                let first = supervisor.start(child);
                for number in 0..20 {
                    let child = Child::new(&format!("child {number}"), || Node);
                    let _ = supervisor.start(child);
                }
                let _ = first.fail().try_send();
                // With messages of its own in its mailbox.
                supervisor.kill();
                assert_eq!(supervisor.join().await, Exit::Killed);
            }
            let report = System::current().shutdown(Duration::from_secs(30)).await;
            assert!(report.is_clean(), "{report}");
        });
        let said = said.lock().unwrap();
        let of_library: Vec<_> =
            said.iter().filter(|line| line.starts_with("supervisor#")).collect();
        assert!(of_library.is_empty(), "{of_library:?}");
    });
}
