//! Monitors and links of processes: each notice comes as a message, at its turn.

use actor_core::prelude::*;
use actor_core::process::{ExitNotice, Inbox, Process, ProcessAddr, spawn_process};
use std::time::Duration;
use tests::Gate;

#[derive(Debug, PartialEq)]
enum News {
    Word(u32),
    Ended(ActorId, Exit),
}
use News::{Ended, Word};

impl From<ExitNotice> for News {
    fn from(notice: ExitNotice) -> Self {
        Ended(notice.id, notice.exit)
    }
}

/// A process that waits for a gate, sends 100 words, and dies.
fn sender(gate: &Gate, to: ProcessAddr<News>) -> Process<()> {
    let gate = gate.clone();
    spawn_process(|_: Inbox<()>| async move {
        gate.pass().await;
        for number in 0..100 {
            to.send(Word(number)).await.unwrap();
        }
        panic!("the sender dies");
    })
}

async fn notice_comes_last(watch: fn(&mut Inbox<News>, &Process<()>)) {
    let gate = Gate::new();
    let process = spawn_process(move |mut inbox: Inbox<News>| async move {
        let sender = sender(&gate, inbox.address());
        watch(&mut inbox, &sender);
        gate.open();
        let mut seen = 0;
        loop {
            match inbox.receive().await.unwrap() {
                Word(number) => {
                    assert_eq!(number, seen);
                    seen += 1;
                }
                Ended(id, exit) => {
                    assert_eq!(id, sender.id());
                    assert!(matches!(exit, Exit::Failed(_)), "{exit}");
                    return seen;
                }
            }
        }
    });
    assert_eq!(process.result().await, Ok(100));
}

pub fn a_monitor_notice_arrives_after_every_message_of_the_ended_actor(system: &System) {
    system.block_on(notice_comes_last(|inbox, sender| {
        inbox.monitor(sender);
    }));
}

pub fn a_link_notice_arrives_after_every_message_of_the_ended_actor(system: &System) {
    system.block_on(notice_comes_last(|inbox, sender| {
        inbox.link(sender);
    }));
}

pub fn monitoring_an_ended_actor_delivers_immediately(system: &System) {
    system.block_on(async {
        let dead = spawn_process(|_: Inbox<()>| async {});
        dead.result().await.unwrap();
        let id = dead.id();
        let process = spawn_process(|mut inbox: Inbox<News>| async move {
            let _me = inbox.address();
            inbox.monitor(&dead);
            inbox.receive().await
        });
        assert_eq!(process.result().await, Ok(Some(Ended(id, Exit::Stopped))));
    });
}

pub fn a_cancelled_monitor_delivers_nothing_even_if_its_notice_is_queued(system: &System) {
    system.block_on(async {
        let dead = spawn_process(|_: Inbox<()>| async {});
        dead.result().await.unwrap();
        let process = spawn_process(|mut inbox: Inbox<News>| async move {
            let monitor = inbox.monitor(&dead);
            monitor.cancel();
            inbox.receive_timeout(Duration::from_millis(5)).await
        });
        process.started().await.unwrap();
        assert_eq!(process.result().await, Ok(Err(actor_core::time::Elapsed)));
    });
}

pub fn a_notice_that_no_matcher_selected_is_received_later_and_not_counted(system: &System) {
    system.block_on(async {
        let dead = spawn_process(|_: Inbox<()>| async {});
        dead.result().await.unwrap();
        let id = dead.id();
        let process = spawn_process(|mut inbox: Inbox<News>| async move {
            let me = inbox.address();
            me.try_send(Word(1)).unwrap();
            inbox.monitor(&dead);
            me.try_send(Word(2)).unwrap();
            let word = |news| if let Word(2) = news { Ok(2) } else { Err(news) };
            assert_eq!(inbox.select(word).await, Some(2));
            assert_eq!(me.len(), 1);
            (inbox.receive().await, inbox.receive().await)
        });
        let expected = (Some(Word(1)), Some(Ended(id, Exit::Stopped)));
        assert_eq!(process.result().await, Ok(expected));
    });
}

#[actor]
struct Linker;

#[actor]
impl Linker {
    fn link(&self, other: ProcessAddr<News>, context: &Context<Self>) {
        context.link(&other);
    }

    fn fall(&self) {
        panic!("fallen");
    }
}

pub fn a_process_that_never_links_fails_with_actors_linked_to_it(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<News>| async move {
            while inbox.receive().await.is_some() {}
        });
        let (calm, wild) = (Linker.spawn(), Linker.spawn());
        calm.link(process.address()).await.unwrap();
        wild.link(process.address()).await.unwrap();
        calm.stop();
        calm.join().await;
        assert!(process.is_alive());
        wild.fall().try_send().unwrap();
        let Err(Exit::Failed(failure)) = process.result().await else { panic!("it fails") };
        assert_eq!(failure.kind(), FailureKind::Linked);
        assert_eq!(failure.cause(), Some(&wild.join().await));
    });
}

pub fn the_first_of_two_failed_links_fails_a_process_with_messages_that_it_refused(
    system: &System,
) {
    system.block_on(async {
        let gate = Gate::new();
        let passed = gate.clone();
        let process = spawn_process(|mut inbox: Inbox<News>| async move {
            passed.pass().await;
            inbox.select(|news| if let Ended(..) = news { Ok(()) } else { Err(news) }).await;
        });
        let linkers = [Linker.spawn(), Linker.spawn()];
        for linker in &linkers {
            linker.link(process.address()).await.unwrap();
        }
        process.send(Word(1)).await.unwrap();
        let mut exits = Vec::new();
        for linker in &linkers {
            linker.fall().try_send().unwrap();
            exits.push(linker.join().await);
        }
        gate.open();
        let Err(Exit::Failed(failure)) = process.result().await else { panic!("it fails") };
        assert_eq!(failure.kind(), FailureKind::Linked);
        // A joiner may get the exit before the process does.
        assert!(exits.iter().any(|exit| failure.cause() == Some(exit)));
    });
}

pub fn a_process_that_links_is_notified_of_the_links_of_others(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<News>| async move {
            let other = Linker.spawn();
            inbox.link(&other);
            inbox.receive().await
        });
        process.started().await.unwrap();
        let linker = Linker.spawn();
        linker.link(process.address()).await.unwrap();
        linker.kill();
        assert_eq!(process.result().await, Ok(Some(Ended(linker.id(), Exit::Killed))));
    });
}
