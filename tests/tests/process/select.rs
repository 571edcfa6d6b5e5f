//! Selective receive: order, no loss, capacity, and cost.

use actor_core::prelude::*;
use actor_core::{
    process::{Inbox, Process, spawn_process},
    time,
};
use futures_lite::FutureExt;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::Gate;

#[derive(Debug, PartialEq)]
enum Message {
    Data(u32),
    Credit(u32),
    Noise(u32),
}
use Message::{Credit, Data, Noise};

fn credit(message: Message) -> Result<u32, Message> {
    match message {
        Credit(number) => Ok(number),
        other => Err(other),
    }
}

pub fn messages_not_selected_stay_in_order(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<Message>| async move {
            let mut chosen = Vec::new();
            for _ in 0..10 {
                chosen.push(inbox.select(credit).await.unwrap());
            }
            let mut rest = Vec::new();
            while let Some(message) = inbox.receive().await {
                rest.push(message);
            }
            (chosen, rest)
        });
        for number in 0..30 {
            let message = if number % 3 == 2 { Credit(number) } else { Data(number) };
            process.send(message).await.unwrap();
        }
        process.stop();
        let (chosen, rest) = process.result().await.unwrap();
        assert_eq!(chosen, (0..30).filter(|number| number % 3 == 2).collect::<Vec<_>>());
        let data = (0..30).filter(|number| number % 3 != 2).map(Data);
        assert_eq!(rest, data.collect::<Vec<_>>());
    });
}

pub fn one_select_inspects_each_message_once(system: &System) {
    system.block_on(async {
        let looks = Arc::new(AtomicUsize::new(0));
        let looked = looks.clone();
        let process = spawn_process(|mut inbox: Inbox<Message>| async move {
            let counted = |message| {
                looked.fetch_add(1, Ordering::Relaxed);
                credit(message)
            };
            inbox.select(counted).await
        });
        for number in 0..50 {
            process.send(Data(number)).await.unwrap();
            time::sleep(Duration::from_micros(100)).await;
        }
        process.send(Credit(1)).await.unwrap();
        assert_eq!(process.result().await, Ok(Some(1)));
        assert_eq!(looks.load(Ordering::Relaxed), 51);
    });
}

thread_local! {
    static LOOKS: Cell<usize> = const { Cell::new(0) };
}

fn counted_credit(message: Message) -> Result<u32, Message> {
    LOOKS.set(LOOKS.get() + 1);
    credit(message)
}

pub fn a_matcher_without_captures_continues_where_it_stopped(system: &System) {
    system.block_on(async {
        let process = Process::prepare(|mut inbox: Inbox<Message>| async move {
            for number in 0..40 {
                let me = inbox.address();
                me.try_send(Data(number)).unwrap();
                me.try_send(Credit(number)).unwrap();
            }
            LOOKS.set(0);
            // No await in between yields to another task: all messages have arrived.
            for number in 0..40 {
                assert_eq!(inbox.select(counted_credit).await, Some(number));
            }
            LOOKS.get()
        })
        .unbounded()
        .spawn();
        assert_eq!(process.result().await, Ok(80));
    });
}

pub fn a_matcher_with_captures_starts_at_the_oldest_message(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            let mut chosen = Vec::new();
            for wanted in [3, 1, 2, 0] {
                let equal = |number| if number == wanted { Ok(number) } else { Err(number) };
                chosen.push(inbox.select(equal).await.unwrap());
            }
            chosen
        });
        for number in 0..4 {
            process.send(number).await.unwrap();
        }
        assert_eq!(process.result().await, Ok(vec![3, 1, 2, 0]));
    });
}

/// Asks with a matcher that another function has created: the location of the call does not
/// identify it.
async fn by<T>(
    inbox: &mut Inbox<Message>,
    question: impl FnMut(Message) -> Result<T, Message>,
) -> Option<T> {
    inbox.select(question).await
}

pub fn matchers_are_independent_of_each_other(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<Message>| async move {
            let mut order = Vec::new();
            for _ in 0..3 {
                order.push(by(&mut inbox, |m| if let Data(n) = m { Ok(n) } else { Err(m) }).await);
                order.push(by(&mut inbox, |m| if let Noise(n) = m { Ok(n) } else { Err(m) }).await);
                order.push(by(&mut inbox, credit).await);
                let first = inbox.receive().await;
                order.push(first.map(|message| match message {
                    Data(number) | Credit(number) | Noise(number) => number,
                }));
            }
            order.into_iter().flatten().collect::<Vec<_>>()
        });
        for message in [Credit(0), Noise(1), Data(2), Data(3), Credit(4), Noise(5), Credit(6)] {
            process.send(message).await.unwrap();
        }
        for message in [Data(7), Noise(8), Credit(9), Data(10), Noise(11)] {
            process.send(message).await.unwrap();
        }
        let order = process.result().await.unwrap();
        assert_eq!(order, [2, 1, 0, 3, 7, 5, 4, 6, 10, 8, 9, 11]);
    });
}

pub fn messages_not_selected_count_against_the_capacity(system: &System) {
    system.block_on(async {
        let process = Process::prepare(|mut inbox: Inbox<Message>| async move {
            let chosen = inbox.select(credit).await;
            (chosen, inbox.receive().await)
        })
        .capacity(4)
        .spawn();
        for number in 0..3 {
            process.send(Data(number)).await.unwrap();
        }
        process.started().await.unwrap();
        time::sleep(Duration::from_millis(20)).await;
        assert_eq!(process.len(), 3);
        process.try_send(Data(3)).unwrap();
        time::sleep(Duration::from_millis(20)).await;
        assert_eq!(process.len(), 4);
        let full = process.try_send(Credit(1)).unwrap_err();
        assert_eq!((full.reason(), full.into_message()), (SendReason::Full, Credit(1)));
        let waits = process.send(Credit(1)).timeout(Duration::from_millis(20)).await;
        assert_eq!(waits.unwrap_err().reason(), SendReason::Timeout);
        process.stop();
        assert_eq!(process.result().await, Ok((None, Some(Data(0)))));
    });
}

pub fn receiving_a_message_admits_the_next_sender_immediately(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let opened = gate.clone();
        let process = Process::prepare(|mut inbox: Inbox<u32>| async move {
            let first = inbox.receive().await;
            opened.pass().await;
            (first, inbox.receive().await, inbox.receive().await, inbox.receive().await)
        })
        .capacity(2)
        .spawn();
        for number in 0..3 {
            // The third waits until the first has been received, which is before the gate.
            process.send(number).await.unwrap();
        }
        assert_eq!(process.len(), 2);
        gate.open();
        process.send(3).await.unwrap();
        assert_eq!(process.result().await, Ok((Some(0), Some(1), Some(2), Some(3))));
    });
}

pub fn a_panic_in_a_matcher_loses_only_its_message(system: &System) {
    system.block_on(async {
        // All have been accepted before the first is looked at.
        let gate = Gate::new();
        let passed = gate.clone();
        let process = spawn_process(|mut inbox: Inbox<u32>| async move {
            passed.pass().await;
            inbox
                .select(|number| if number == 1 { panic!("of one") } else { Err::<(), _>(number) })
                .await;
        });
        for number in 0..3 {
            process.send(number).await.unwrap();
        }
        gate.open();
        let Err(Exit::Failed(failure)) = process.result().await else { panic!("it fails") };
        assert_eq!((failure.kind(), failure.message()), (FailureKind::Panic, "of one"));
        assert_eq!(failure.handler(), "process");
    });
}

pub fn a_panic_that_the_process_catches_loses_only_its_message(system: &System) {
    system.block_on(async {
        let process = Process::prepare(|mut inbox: Inbox<u32>| async move {
            for _ in 0..2 {
                let fragile =
                    inbox.select(|n| if n == 1 { panic!("of one") } else { Err::<(), _>(n) });
                let caught = AssertUnwindSafe(fragile).catch_unwind().await;
                if caught.is_ok() {
                    break;
                }
            }
            let mut rest = Vec::new();
            while let Some(number) = inbox.receive().await {
                rest.push(number);
            }
            rest
        })
        .capacity(3)
        .spawn();
        for number in 0..3 {
            process.send(number).await.unwrap();
        }
        // There is room again, and no more than that.
        process.send(3).await.unwrap();
        process.stop();
        assert_eq!(process.result().await, Ok(vec![0, 2, 3]));
    });
}

pub fn a_dropped_select_loses_nothing(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<Message>| async move {
            let short = inbox.select_timeout(Duration::from_millis(20), credit).await;
            assert_eq!(short, Err(time::Elapsed));
            let polled = inbox.select(credit);
            assert_eq!(futures_lite::future::poll_once(polled).await, None);
            (inbox.receive().await, inbox.receive().await)
        });
        process.send(Data(0)).await.unwrap();
        process.send(Data(1)).await.unwrap();
        assert_eq!(process.result().await, Ok((Some(Data(0)), Some(Data(1)))));
    });
}

pub fn stop_ends_a_select_that_no_message_matches(system: &System) {
    system.block_on(async {
        let process = spawn_process(|mut inbox: Inbox<Message>| async move {
            let none = inbox.select(credit).await;
            (none, inbox.receive().await, inbox.receive().await)
        });
        process.send(Data(1)).await.unwrap();
        process.started().await.unwrap();
        process.stop();
        assert_eq!(process.result().await, Ok((None, Some(Data(1)), None)));
    });
}

/// How long a select takes, sent and chosen one by one, behind `others` that do not match: the shortest
/// of many short measurements, since a busy machine interrupts a long one.
async fn time_of_a_select(others: u32, capturing: bool) -> Duration {
    const SELECTS: u32 = 20_000;
    let process = Process::prepare(move |mut inbox: Inbox<Message>| async move {
        let me = inbox.address();
        for number in 0..others {
            me.try_send(Noise(number)).unwrap();
        }
        me.try_send(Credit(0)).unwrap();
        assert_eq!(inbox.select(credit).await, Some(0));
        let (selects, measured) = if capturing { (20, 1) } else { (SELECTS, 100) };
        let (mut begin, mut shortest) = (Instant::now(), Duration::MAX);
        for number in 0..selects {
            me.try_send(Credit(number)).unwrap();
            let chosen = if capturing {
                let same = |message| match message {
                    Credit(n) if n == number => Ok(n),
                    other => Err(other),
                };
                inbox.select(same).await
            } else {
                inbox.select(credit).await
            };
            assert_eq!(chosen, Some(number));
            if (number + 1) % measured == 0 {
                shortest = shortest.min(begin.elapsed() / measured);
                begin = Instant::now();
            }
        }
        assert_eq!(me.len(), others as usize);
        shortest
    })
    .unbounded()
    .spawn();
    process.result().await.unwrap()
}

pub fn many_selects_behind_many_messages_cost_no_rescan(system: &System) {
    system.block_on(async {
        let empty = time_of_a_select(0, false).await;
        let behind = time_of_a_select(20_000, false).await;
        let capturing = time_of_a_select(20_000, true).await;
        println!("a select: {empty:?} alone, {behind:?} behind 20 000, {capturing:?} capturing");
        // A scan of 20 000 takes hundreds of times as long as a select alone, with an optimized build and
        // the steps of a simulation still about twenty times.
        assert!(5 * behind < capturing, "{behind:?} against {capturing:?} for a scan");
    });
}
