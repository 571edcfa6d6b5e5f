//! The end of a process, and the results of its waiters.

use actor_core::prelude::*;
use actor_core::{
    Reply,
    process::{Inbox, spawn_process},
};
use tests::{Gate, Tally};

async fn sum(mut inbox: Inbox<u32>) -> u32 {
    let mut sum = 0;
    while let Some(number) = inbox.receive().await {
        sum += number;
    }
    sum
}

pub fn stop_drains_queued_messages_and_rejects_the_rest(system: &System) {
    system.block_on(async {
        let process = spawn_process(sum);
        for number in 0..10 {
            process.try_send(number).unwrap();
        }
        process.stop();
        let refused = process.try_send(100).unwrap_err();
        assert_eq!((refused.reason(), refused.into_message()), (SendReason::Stopped, 100));
        assert_eq!(process.result().await, Ok(45));
        assert_eq!(process.join().await, Exit::Stopped);
    });
}

pub fn the_last_address_dropped_ends_a_process_that_waits(system: &System) {
    system.block_on(async {
        let process = spawn_process(sum);
        process.send(5).await.unwrap();
        while process.len() != 0 {
            futures_lite::future::yield_now().await;
        }
        let (result, weak) = (process.result(), process.downgrade());
        drop(process);
        assert_eq!(result.await, Ok(5));
        assert!(weak.upgrade().is_none());
    });
}

pub fn the_last_address_dropped_ends_a_process_with_unselected_messages(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            let none = inbox.select(|n| if n > 9 { Ok(n) } else { Err(n) }).await;
            (none, inbox.receive().await, inbox.receive().await)
        });
        process.send(5).await.unwrap();
        let result = process.result();
        drop(process);
        assert_eq!(result.await, Ok((None, Some(5), None)));
    });
}

pub fn the_result_is_given_once(system: &System) {
    system.block_on(async {
        let process = spawn_process(|_: Inbox<()>| async { String::from("done") });
        let again = process.clone();
        assert_eq!(process.result().await.as_deref(), Ok("done"));
        assert_eq!(again.result().await, Err(Exit::Stopped));
        assert_eq!((process == again, again.name()), (true, "process"));
    });
}

pub fn a_panic_is_a_failure_and_the_result_an_error(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            inbox.receive().await;
            panic!("broken");
        });
        process.send(1).await.unwrap();
        let Err(Exit::Failed(failure)): Result<(), _> = process.result().await else {
            panic!("it fails")
        };
        assert_eq!((failure.kind(), failure.message()), (FailureKind::Panic, "broken"));
        assert_eq!(failure.handler(), "process");
        assert!(failure.location().is_some_and(|place| place.file() == file!()));
        assert_eq!(process.join().await, Exit::Failed(failure));
    });
}

pub fn kill_drops_a_process_that_receives(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        let mark = dropped.mark();
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            let _mark = mark;
            while inbox.select(|n| if n > 9 { Ok(n) } else { Err(n) }).await.is_some() {}
        });
        process.send(1).await.unwrap();
        process.started().await.unwrap();
        process.kill();
        assert_eq!(process.result().await, Err(Exit::Killed));
        assert_eq!(dropped.count(), 1);
    });
}

pub fn kill_takes_effect_between_two_messages(system: &System) {
    system.block_on(async {
        let (seen, gate) = (Tally::default(), Gate::new());
        let (tally, opened) = (seen.clone(), gate.clone());
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            opened.pass().await;
            while let Some(number) = inbox.receive().await {
                tally.add();
                if number == 3 {
                    inbox.address().kill();
                }
            }
        });
        for number in 1..10 {
            process.try_send(number).unwrap();
        }
        gate.open();
        assert_eq!(process.result().await, Err(Exit::Killed));
        assert_eq!(seen.count(), 3);
    });
}

enum Question {
    Panic(Reply<u32>),
    Drop(Reply<u32>),
    Wait(Gate, Reply<u32>),
}

async fn answer(mut inbox: Inbox<Question>) {
    while let Some(question) = inbox.receive().await {
        match question {
            Question::Panic(_reply) => panic!("broken"),
            Question::Drop(reply) => drop(reply),
            Question::Wait(arrived, reply) => {
                arrived.open();
                std::future::pending::<()>().await;
                drop(reply);
            }
        }
    }
}

pub fn an_ask_under_way_gets_the_outcome_of_its_process(system: &System) {
    system.block_on(async {
        let process = spawn_process(answer);
        assert_eq!(process.ask(Question::Drop).await, Err(CallError::NoReply));
        let Err(CallError::Panicked(failure)) = process.ask(Question::Panic).await else {
            panic!("it panics")
        };
        assert_eq!((failure.message(), failure.id()), ("broken", process.id()));
        assert_eq!(process.join().await, Exit::Failed(failure));
        assert_eq!(process.ask(Question::Drop).await, Err(CallError::Stopped));

        let process = spawn_process(answer);
        let arrived = Gate::new();
        let waiting = process.ask(|reply| Question::Wait(arrived.clone(), reply)).into_owned();
        let waiting = actor_core::spawn_task(waiting);
        arrived.pass().await;
        let queued = actor_core::spawn_task(process.ask(Question::Drop).into_owned());
        while process.len() == 0 {
            futures_lite::future::yield_now().await;
        }
        process.kill();
        assert_eq!(waiting.await, Err(CallError::Killed));
        assert_eq!(queued.await, Err(CallError::Stopped));
    });
}

pub fn an_ask_that_was_never_received_gets_stopped(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let opened = gate.clone();
        let process =
            actor_core::process::Process::prepare(|mut inbox: Inbox<Question>| async move {
                // Drained and refused, which does not count as received.
                let look = inbox.select(Err::<(), Question>);
                futures_lite::future::or(
                    async {
                        look.await;
                    },
                    opened.pass(),
                )
                .await;
            })
            .capacity(1)
            .spawn();
        let refused = actor_core::spawn_task(process.ask(Question::Drop).into_owned());
        while process.len() == 0 {
            futures_lite::future::yield_now().await;
        }
        let waits_for_room = actor_core::spawn_task(process.ask(Question::Drop).into_owned());
        process.started().await.unwrap();
        actor_core::time::sleep(std::time::Duration::from_millis(10)).await;
        gate.open();
        assert_eq!(refused.await, Err(CallError::Stopped));
        assert_eq!(waits_for_room.await, Err(CallError::Stopped));
    });
}

pub fn a_function_that_panics_before_its_first_await_fails(system: &System) {
    system.block_on(async {
        fn broken(_: Inbox<()>) -> std::future::Ready<()> {
            panic!("at once")
        }
        let Err(Exit::Failed(failure)) = spawn_process(broken).result().await else {
            panic!("it fails")
        };
        assert_eq!(failure.message(), "at once");
    });
}

pub fn messages_left_when_the_function_returns_are_discarded(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        let gate = Gate::new();
        let opened = gate.clone();
        let process = spawn_process(|mut inbox: Inbox<tests::Mark>| async move {
            opened.pass().await;
            drop(inbox.receive().await);
            inbox
        });
        for _ in 0..5 {
            process.try_send(dropped.mark()).unwrap();
        }
        gate.open();
        // An inbox that outlives its process holds its drained messages, and then drops them.
        let inbox = process.result().await.unwrap();
        drop(inbox);
        assert_eq!((dropped.count(), process.len()), (5, 0));
    });
}
