//! Every parking and waking protocol, on real threads, repeated many times. A lost wake-up hangs the test,
//! and its guard then reports it. The models in `actor-core/src/models` try all orders of a few steps.

use actor_core::future::{join_all, or};
use actor_core::prelude::*;
use std::thread;

#[actor(capacity = 1)]
struct Counter {
    handled: usize,
}

#[actor]
impl Counter {
    fn add(&mut self) -> usize {
        self.handled += 1;
        self.handled
    }

    async fn receive(&mut self, from: async_channel::Receiver<()>) -> bool {
        from.recv().await.is_ok()
    }
}

/// Waiting senders, and an actor that parks after every message.
pub fn every_waiting_sender_is_admitted(system: &System) {
    const SENDERS: usize = 4;
    const EACH: usize = 2000;
    system.block_on(async {
        let counter = Counter { handled: 0 }.spawn();
        let senders = (0..SENDERS).map(|_| {
            let counter = counter.clone();
            actor_core::spawn_task(async move {
                for _ in 0..EACH {
                    counter.add().send().await.unwrap();
                }
            })
        });
        join_all(senders).await;
        assert_eq!(counter.add().await, Ok(SENDERS * EACH + 1));
    });
}

/// Callers that leave while they are being answered.
pub fn a_call_is_answered_or_withdrawn_whenever_its_caller_leaves(system: &System) {
    system.block_on(async {
        let counter = Counter { handled: 0 }.spawn();
        let mut answered = 0;
        for round in 0..5000 {
            let leave = async {
                for _ in 0..round % 4 {
                    futures_lite::future::yield_now().await;
                }
                None
            };
            let call = counter.add();
            answered += usize::from(or(async { Some(call.await) }, leave).await.is_some());
        }
        let handled = counter.add().await.unwrap();
        assert!(answered < handled && handled <= 5001, "{answered} of {handled}");
    });
}

/// A handler that is woken from a plain thread while its cell is being parked.
pub fn a_handler_is_woken_whenever_its_wake_comes(system: &System) {
    let (open, gate) = async_channel::bounded(1);
    let opener = thread::spawn(move || {
        for _ in 0..2000 {
            open.send_blocking(()).expect("the receiver is there");
        }
    });
    system.block_on(async {
        let counter = Counter { handled: 0 }.spawn();
        for _ in 0..2000 {
            assert_eq!(counter.receive(gate.clone()).await, Ok(true));
        }
    });
    opener.join().expect("it does not panic");
}

/// A thread that sleeps during its call, and workers that sleep between two calls.
#[test]
fn a_worker_that_parks_is_woken_by_each_call() {
    tests::guarded("a worker that falls asleep", || {
        let system = System::builder().threads(2).build();
        let counter = Counter { handled: 0 }.spawn_on(&system);
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let counter = counter.clone();
                thread::spawn(move || {
                    for _ in 0..2000 {
                        counter.add().wait().unwrap();
                    }
                })
            })
            .collect();
        callers.into_iter().for_each(|caller| caller.join().expect("it does not panic"));
        assert_eq!(counter.add().wait(), Ok(4001));
    });
}

mod protocols {
    pub use super::{
        a_call_is_answered_or_withdrawn_whenever_its_caller_leaves,
        a_handler_is_woken_whenever_its_wake_comes, every_waiting_sender_is_admitted,
    };
}

tests::on_every_host! {
    protocols::every_waiting_sender_is_admitted,
    protocols::a_call_is_answered_or_withdrawn_whenever_its_caller_leaves,
}

/// A simulation accepts only its own thread.
mod from_outside {
    use super::protocols;

    tests::on_real_hosts! {
        protocols::a_handler_is_woken_whenever_its_wake_comes,
    }
}
