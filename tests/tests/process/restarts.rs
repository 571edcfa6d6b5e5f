//! Processes under a supervisor: messages that were not received go to the next life.

use actor_core::prelude::*;
use actor_core::{
    Reply,
    process::Inbox,
    supervision::{Child, Restart, Supervisor},
};
use std::time::Duration;
use tests::{Gate, Tally};

enum Message {
    Number(u32),
    Fall,
    All(Reply<Vec<u32>>),
}
use Message::{All, Fall, Number};

/// Collects numbers, those above 9 in a second pass only, until it falls.
fn collector(gate: &Gate) -> Child<actor_core::process::Proc<Message>> {
    let gate = gate.clone();
    Child::process("collector", move || {
        let gate = gate.clone();
        move |mut inbox: Inbox<Message>| async move {
            gate.pass().await;
            let mut all = Vec::new();
            while let Some(message) = inbox.receive().await {
                match message {
                    Number(number) => all.push(number),
                    Fall => panic!("fallen"),
                    All(reply) => drop(reply.send(all.clone())),
                }
            }
        }
    })
}

pub fn messages_not_received_survive_a_restart(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let gate = Gate::new();
        let collector = supervisor.start(collector(&gate));
        for message in [Number(1), Fall, Number(2), Number(3), Fall, Number(4)] {
            collector.send(message).await.unwrap();
        }
        gate.open();
        assert_eq!(collector.ask(All).await, Ok(vec![4]));
        collector.send(Number(5)).await.unwrap();
        assert_eq!(collector.ask(All).await, Ok(vec![4, 5]));
        supervisor.stop();
        assert_eq!(collector.join().await, Exit::Stopped);
        supervisor.join().await;
    });
}

pub fn rejected_messages_keep_their_place_over_a_restart(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let (send, lives) = async_channel::unbounded();
        let process = supervisor.start(Child::process("chooser", move || {
            let send = send.clone();
            move |mut inbox: Inbox<u32>| async move {
                if inbox.restarts() == 0 {
                    inbox.select(|n| if n == 9 { Ok(n) } else { Err(n) }).await;
                    panic!("fallen with 0 to 8 in hand");
                }
                while let Some(number) = inbox.receive().await {
                    send.send(number).await.unwrap();
                }
            }
        }));
        for number in (0..20).chain([99]) {
            process.send(number).await.unwrap();
        }
        let mut seen = Vec::new();
        while seen.last() != Some(&99) {
            seen.push(lives.recv().await.unwrap());
        }
        let expected = (0..20).filter(|number| *number != 9).chain([99]);
        assert_eq!(seen, expected.collect::<Vec<_>>());
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn a_kill_while_it_receives_loses_nothing(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let (send, seen) = async_channel::unbounded();
        let process = supervisor.start(Child::process("chooser", move || {
            let send = send.clone();
            move |mut inbox: Inbox<u32>| async move {
                if inbox.restarts() == 0 {
                    inbox.select(Err::<(), u32>).await;
                }
                while let Some(number) = inbox.receive().await {
                    send.send(number).await.unwrap();
                }
            }
        }));
        for number in 0..10 {
            process.send(number).await.unwrap();
        }
        process.started().await.unwrap();
        process.kill();
        for number in 0..10 {
            assert_eq!(seen.recv().await, Ok(number));
        }
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn a_process_that_returns_is_started_again_if_it_is_permanent(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let lives = Tally::default();
        let counted = lives.clone();
        let one_at_a_time = move || {
            let lives = counted.clone();
            move |mut inbox: Inbox<u32>| async move {
                lives.add();
                inbox.receive().await
            }
        };
        let process = supervisor.start(Child::process("permanent", one_at_a_time.clone()));
        process.send(1).await.unwrap();
        process.send(2).await.unwrap();
        lives.reaches(3).await;
        process.stop();
        assert_eq!(process.join().await, Exit::Stopped);
        assert_eq!(lives.count(), 3);
        let child = Child::process("transient", one_at_a_time).restart(Restart::Transient);
        let process = supervisor.start(child);
        process.send(1).await.unwrap();
        assert_eq!(process.join().await, Exit::Stopped);
        assert_eq!(lives.count(), 4);
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn a_restart_of_the_group_ends_a_receive_and_keeps_what_is_queued(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_all().spawn();
        let gate = Gate::new();
        gate.open();
        let (send, seen) = async_channel::unbounded();
        let (none, ended) = async_channel::unbounded();
        // It returns in its second life; a transient process is not restarted after that.
        let waiting = Child::process("waiting", move || {
            let (send, none) = (send.clone(), none.clone());
            move |mut inbox: Inbox<u32>| async move {
                if inbox.restarts() == 0 {
                    let nothing = inbox.select(Err::<(), u32>).await;
                    none.send((nothing, inbox.receive().await)).await.unwrap();
                    return;
                }
                while let Some(number) = inbox.receive().await {
                    send.send(number).await.unwrap();
                }
            }
        });
        let waiting = supervisor.start(waiting.restart(Restart::Transient));
        let falling = supervisor.start(collector(&gate));
        for number in 0..10 {
            waiting.send(number).await.unwrap();
        }
        waiting.started().await.unwrap();
        actor_core::time::sleep(Duration::from_millis(10)).await;
        falling.send(Fall).await.unwrap();
        assert_eq!(ended.recv().await, Ok((None, None)));
        for number in 0..10 {
            assert_eq!(seen.recv().await, Ok(number));
        }
        assert_eq!(falling.ask(All).await, Ok(vec![]));
        supervisor.stop();
        assert_eq!(waiting.join().await, Exit::Stopped);
        supervisor.join().await;
    });
}

pub fn messages_in_an_inbox_that_outlives_its_life_are_received_by_the_next(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let (kept, keeps) = async_channel::unbounded();
        let (send, received) = async_channel::unbounded();
        let waits = Tally::default();
        let waiting = waits.clone();
        let process = supervisor.start(Child::process("keeper", move || {
            let (kept, send, waits) = (kept.clone(), send.clone(), waiting.clone());
            move |mut inbox: Inbox<u32>| async move {
                if inbox.restarts() == 0 {
                    assert_eq!(
                        inbox.select(|n| if n == 3 { Ok(n) } else { Err(n) }).await,
                        Some(3)
                    );
                    kept.send(inbox).await.unwrap();
                    return;
                }
                waits.add();
                while let Some(number) = inbox.receive().await {
                    send.send(number).await.unwrap();
                }
            }
        }));
        for number in 0..4 {
            process.send(number).await.unwrap();
        }
        let inbox = keeps.recv().await.unwrap();
        waits.reaches(1).await;
        tests::probe::settle().await;
        drop(inbox);
        for number in 0..3 {
            assert_eq!(received.recv().await, Ok(number));
        }
        supervisor.stop();
        supervisor.join().await;
    });
}
