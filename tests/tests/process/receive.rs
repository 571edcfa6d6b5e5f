//! Receiving: order, timeouts, fairness, and combinators.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::process::{Inbox, Process, spawn_process};
use actor_core::time::{Elapsed, now, sleep};
use futures_lite::future::{or, poll_once, yield_now};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::time::Duration;
use tests::{Gate, Tally, times_out_in_its_handler};

pub fn messages_come_in_order(system: &System) {
    system.block_on(async {
        let collector = spawn_process(|mut inbox: Inbox<u32>| async move {
            let mut all = Vec::new();
            while let Some(number) = inbox.receive().await {
                all.push(number);
            }
            all
        });
        for number in 0..1000 {
            collector.send(number).await.unwrap();
        }
        collector.stop();
        assert_eq!(collector.result().await, Ok((0..1000).collect()));
    });
}

pub fn a_timeout_of_zero_polls(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let passed = gate.clone();
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            let before = inbox.receive_timeout(Duration::ZERO).await;
            passed.pass().await;
            let there = inbox.receive_timeout(Duration::ZERO).await;
            (before, there, inbox.receive_timeout(Duration::ZERO).await)
        });
        process.started().await.unwrap();
        actor_core::time::sleep(Duration::from_millis(20)).await;
        process.send(7).await.unwrap();
        gate.open();
        assert_eq!(process.result().await, Ok((Err(Elapsed), Ok(Some(7)), Err(Elapsed))));
    });
}

pub fn ten_timeouts_in_a_row_take_their_time(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<()>| async move {
            let (begin, mut fired) = (now(), 0);
            while now() - begin < Duration::from_millis(100) {
                assert_eq!(inbox.receive_timeout(Duration::from_millis(10)).await, Err(Elapsed));
                fired += 1;
                // None is early.
                assert!(now() - begin >= Duration::from_millis(10 * fired));
            }
            fired
        });
        // On a clock that others use too, some may be late.
        assert!((1..=10).contains(&process.result().await.unwrap()));
    });
}

pub fn a_message_that_has_arrived_counts_however_late_it_is_received(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            let me = inbox.address();
            let late = async {
                let busy = async {
                    yield_now().await;
                    std::thread::sleep(Duration::from_millis(5));
                    me.try_send(1).unwrap();
                    std::future::pending().await
                };
                or(inbox.receive_timeout(Duration::from_millis(2)), busy).await
            };
            late.await
        });
        assert_eq!(process.result().await, Ok(Ok(Some(1))));
    });
}

pub fn a_timeout_differs_from_the_end(system: &System) {
    system.block_on(async {
        let timed_out = Gate::new();
        let opens = timed_out.clone();
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            let short = inbox.receive_timeout(Duration::from_millis(1)).await;
            opens.open();
            (short, inbox.receive_timeout(Duration::from_secs(100)).await)
        });
        timed_out.pass().await;
        process.stop();
        assert_eq!(process.result().await, Ok((Err(Elapsed), Ok(None))));
    });
}

pub fn every_64th_receive_lets_others_run(system: &System) {
    // With one thread the other runs only if the process lets it.
    system.block_on(async {
        let ran = Tally::default();
        let seen = ran.clone();
        let other = spawn_process(|mut inbox: Inbox<()>| async move {
            inbox.receive().await;
            ran.add();
        });
        other.started().await.unwrap();
        // It never runs out of messages, however late a thread of a busy machine runs the other.
        let process = spawn_process(move |mut inbox: Inbox<()>| async move {
            let me = inbox.address();
            other.try_send(()).unwrap();
            while seen.count() == 0 {
                me.try_send(()).unwrap();
                inbox.receive().await.unwrap();
            }
        });
        process.result().await.unwrap();
    });
}

pub fn polling_an_empty_inbox_lets_others_run(system: &System) {
    system.block_on(async {
        let ran = Tally::default();
        let seen = ran.clone();
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            while seen.count() == 0 {
                assert_eq!(inbox.receive_timeout(Duration::ZERO).await, Err(Elapsed));
            }
        });
        process.started().await.unwrap();
        let other = spawn_process(move |_: Inbox<()>| async move { ran.add() });
        assert_eq!(other.result().await, Ok(()));
        assert_eq!(process.result().await, Ok(()));
    });
}

pub fn a_receive_can_be_raced_with_anything(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let opened = gate.clone();
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            let mut seen = Vec::new();
            loop {
                let message = async { inbox.receive().await };
                let end = async {
                    opened.pass().await;
                    None
                };
                match or(message, end).await {
                    Some(number) => seen.push(number),
                    None => return seen,
                }
            }
        });
        for number in 0..5 {
            process.send(number).await.unwrap();
            while process.len() != 0 {
                sleep(Duration::from_millis(1)).await;
            }
        }
        gate.open();
        assert_eq!(process.result().await, Ok(vec![0, 1, 2, 3, 4]));
    });
}

pub fn a_receive_works_in_a_combinator_that_polls_only_woken_futures(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            let mut seen = Vec::new();
            for _ in 0..3 {
                // So many parts that `join_all` does not poll all of them each time.
                let mut parts: Vec<Pin<Box<dyn Future<Output = Option<u8>> + Send>>> = Vec::new();
                for _ in 0..50 {
                    parts.push(Box::pin(async { None }));
                }
                parts.push(Box::pin(inbox.receive()));
                seen.push(join_all(parts).await.pop().flatten());
            }
            seen
        });
        for number in 0..3 {
            process.started().await.unwrap();
            sleep(Duration::from_millis(5)).await;
            process.send(number).await.unwrap();
        }
        assert_eq!(process.result().await, Ok(vec![Some(0), Some(1), Some(2)]));
    });
}

/// Returns a process that polls a receive once, and holds it while it waits for `gate`.
fn holding(
    held: fn(Receive<'_>) -> Receive<'_>,
    begun: Gate,
    gate: Gate,
) -> Process<u8, (bool, Option<u8>)> {
    spawn_process(move |mut inbox: Inbox<u8>| async move {
        let mut receive = held(Box::pin(inbox.receive()));
        let is_pending = poll_once(receive.as_mut()).await.is_none();
        begun.open();
        gate.pass().await;
        (is_pending, receive.await)
    })
}

type Receive<'a> = Pin<Box<dyn Future<Output = Option<u8>> + Send + 'a>>;

/// The two ways in which a receive is woken: with the waker of its process, or with one of a combinator.
const HELD: [fn(Receive<'_>) -> Receive<'_>; 2] = [
    |receive| receive,
    |receive| {
        let mut parts: Vec<Receive<'_>> = Vec::new();
        for _ in 0..50 {
            parts.push(Box::pin(async { None }));
        }
        parts.push(receive);
        Box::pin(async { join_all(parts).await.pop().flatten() })
    },
];

pub fn a_receive_that_is_held_lets_others_run(system: &System) {
    system.block_on(async {
        for held in HELD {
            let (begun, gate) = (Gate::new(), Gate::new());
            let process = holding(held, begun.clone(), gate.clone());
            begun.pass().await;
            process.send(7).await.unwrap();
            // The process is scheduled before this actor.
            Doubler.spawn().double(1).await.unwrap();
            gate.open();
            assert_eq!(process.result().await, Ok((true, Some(7))));
        }
    });
}

pub fn a_stop_while_a_receive_is_held_lets_others_run(system: &System) {
    system.block_on(async {
        for held in HELD {
            let (begun, gate) = (Gate::new(), Gate::new());
            let process = holding(held, begun.clone(), gate.clone());
            begun.pass().await;
            process.stop();
            Doubler.spawn().double(1).await.unwrap();
            gate.open();
            assert_eq!(process.result().await, Ok((true, None)));
        }
    });
}

pub fn receiving_in_another_task_panics(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            let elsewhere = actor_core::spawn_task(async move {
                let receive = std::panic::AssertUnwindSafe(inbox.receive());
                let caught = futures_lite::FutureExt::catch_unwind(receive).await;
                caught.is_err()
            });
            elsewhere.await
        });
        assert_eq!(process.result().await, Ok(true));
    });
}

enum Counting {
    Add(u32),
    Total(Reply<u32>),
    Hold(Reply<u32>),
}

async fn count(mut inbox: Inbox<Counting>) -> u32 {
    let (mut total, mut held) = (0, Vec::new());
    while let Some(message) = inbox.receive().await {
        match message {
            Counting::Add(amount) => total += amount,
            Counting::Total(reply) => drop(reply.send(total)),
            Counting::Hold(reply) => held.push(reply),
        }
    }
    total
}

pub fn an_ask_has_the_methods_of_a_call(system: &System) {
    let counter = system.spawn_process(count);
    system.block_on(async {
        counter.send(Counting::Add(2)).await.unwrap();
        assert_eq!(counter.ask(Counting::Total).await, Ok(2));
        assert_eq!(counter.ask(Counting::Total).if_room().await, Ok(2));
        assert_eq!(counter.ask(Counting::Total).into_owned().await, Ok(2));
        assert_eq!(counter.ask(Counting::Total).timeout(Duration::from_secs(60)).await, Ok(2));
        let limit = Duration::from_millis(2);
        let held = times_out_in_its_handler(limit, || counter.ask(Counting::Hold)).await;
        assert_eq!(held, Err(CallError::Timeout { started: true }));
        assert_eq!(counter.ask(Counting::Total).wait(), Err(CallError::WouldBlock));
    });
    assert_eq!(counter.ask(Counting::Total).wait(), Ok(2));
    counter.stop();
    assert_eq!(system.block_on(counter.result()), Ok(2));
}

pub fn a_request_is_not_forwarded_by_reply_to(system: &System) {
    let counter = system.spawn_process(count);
    let (reply, answer) = Reply::<u32>::pair();
    let forward = || drop(counter.ask(Counting::Total).reply_to(reply));
    assert!(catch_unwind(AssertUnwindSafe(forward)).is_err());
    assert_eq!(system.block_on(answer), Err(CallError::NoReply), "the reply was not sent anywhere");
}

#[actor]
struct Doubler;

#[actor]
impl Doubler {
    fn double(&self, number: u32) -> u32 {
        2 * number
    }
}

pub fn processes_call_actors_and_each_other(system: &System) {
    system.block_on(async {
        let doubler = Doubler.spawn();
        let counter = spawn_process(count);
        let (to_counter, to_doubler) = (counter.address(), doubler.clone());
        let relay = spawn_process(|mut inbox: Inbox<u32>| async move {
            while let Some(number) = inbox.receive().await {
                let twice = to_doubler.double(number).await.unwrap();
                to_counter.send(Counting::Add(twice)).await.unwrap();
            }
        });
        for number in 0..200 {
            relay.send(number).await.unwrap();
        }
        relay.stop();
        relay.result().await.unwrap();
        assert_eq!(counter.ask(Counting::Total).await, Ok(200 * 199));
        doubler.stop();
    });
}

pub fn a_receive_next_to_a_busy_future_lets_others_run(system: &System) {
    system.block_on(async {
        let over = Gate::new();
        let opened = over.clone();
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            let busy = async {
                while !opened.is_open() {
                    yield_now().await;
                }
                Some(7)
            };
            or(inbox.receive(), busy).await
        });
        for _ in 0..10 {
            let other = spawn_process(|mut inbox: Inbox<u32>| async move { inbox.receive().await });
            other.send(1).await.unwrap();
            assert_eq!(other.result().await, Ok(Some(1)));
        }
        over.open();
        assert_eq!(process.result().await, Ok(Some(7)));
    });
}

pub fn an_ask_that_times_out_before_there_is_capacity_was_never_handled(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let opened = gate.clone();
        let process = Process::prepare(|mut inbox: Inbox<Reply<u32>>| async move {
            opened.pass().await;
            while let Some(reply) = inbox.receive().await {
                let _ = reply.send(1);
            }
        });
        let process = process.capacity(1).spawn();
        let limit = Duration::from_millis(5);
        let accepted = process.ask(|reply| reply).timeout(limit).await;
        assert_eq!(accepted, Err(CallError::Timeout { started: true }));
        let waited = process.ask(|reply| reply).timeout(limit).await;
        assert_eq!(waited, Err(CallError::Timeout { started: false }));
        gate.open();
    });
}
