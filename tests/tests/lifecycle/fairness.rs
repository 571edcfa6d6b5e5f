//! An actor that always has messages does not starve others.

use actor_core::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tests::Tally;
use tests::probe::{Diary, Probe, step};

/// Always has a message to itself, or to the other one.
#[actor]
struct Busy {
    handled: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

#[actor]
impl Busy {
    fn spin(&mut self, context: &Context<Self>) {
        self.handled.fetch_add(1, Ordering::Relaxed);
        if !self.over.load(Ordering::Relaxed) {
            let _ = context.address().spin().try_send();
        }
    }

    fn toss(&mut self, to: BusyAddr, context: &Context<Self>) {
        self.handled.fetch_add(1, Ordering::Relaxed);
        if !self.over.load(Ordering::Relaxed) {
            let _ = to.toss(context.address()).try_send();
        }
    }
}

/// The same with an async handler, which runs in a future.
#[actor]
struct AsyncBusy {
    handled: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

#[actor]
impl AsyncBusy {
    async fn spin(&mut self, context: &Context<Self>) {
        self.handled.fetch_add(1, Ordering::Relaxed);
        if !self.over.load(Ordering::Relaxed) {
            let _ = context.address().spin().try_send();
        }
    }
}

#[derive(Clone, Default)]
struct Load {
    handled: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

impl Load {
    fn busy(&self) -> BusyAddr {
        Busy { handled: self.handled.clone(), over: self.over.clone() }.spawn()
    }

    /// Gives all others a thousand turns while the load runs, then ends it.
    async fn others_get_their_turns(&self) {
        let turns = Tally::default();
        let counted = turns.clone();
        let task = actor_core::spawn_task(async move {
            for _ in 0..1000 {
                counted.add();
                futures_lite::future::yield_now().await;
            }
        });
        let other = Probe::new("other", &Diary::default()).spawn();
        for _ in 0..1000 {
            assert_eq!(other.ping().await, Ok(()));
        }
        task.await;
        assert_eq!(turns.count(), 1000);

        let diary = Diary::default();
        let ticking = Probe::new("t", &diary).spawn();
        let tick = step(|_, context| {
            context.every(Duration::from_millis(1), |me| me.note("tick")).detach();
        });
        ticking.run(tick).await.unwrap();
        while diary.count("t: tick") < 5 {
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
        let before = self.handled.load(Ordering::Relaxed);
        while self.handled.load(Ordering::Relaxed) < before + 1000 {
            futures_lite::future::yield_now().await;
        }
        self.over.store(true, Ordering::Relaxed);
    }
}

/// More than any host of the table has threads.
const MANY: usize = 4;

pub fn actors_that_always_send_to_themselves_starve_no_other(system: &System) {
    system.block_on(async {
        let load = Load::default();
        let busy: Vec<_> = (0..MANY).map(|_| load.busy()).collect();
        for busy in &busy {
            busy.spin().send().await.unwrap();
        }
        load.others_get_their_turns().await;
    });
}

pub fn async_handlers_that_always_have_a_message_starve_no_other(system: &System) {
    system.block_on(async {
        let load = Load::default();
        let mut busy = Vec::new();
        for _ in 0..MANY {
            let (handled, over) = (load.handled.clone(), load.over.clone());
            busy.push(AsyncBusy { handled, over }.spawn());
        }
        for busy in &busy {
            busy.spin().send().await.unwrap();
        }
        load.others_get_their_turns().await;
    });
}

pub fn actors_that_wake_each_other_forever_starve_no_other(system: &System) {
    system.block_on(async {
        let load = Load::default();
        let mut busy = Vec::new();
        for _ in 0..MANY {
            let pair = (load.busy(), load.busy());
            pair.0.toss(pair.1.clone()).send().await.unwrap();
            busy.push(pair);
        }
        load.others_get_their_turns().await;
    });
}

pub fn a_busy_actor_handles_stop_and_kill(system: &System) {
    system.block_on(async {
        for kill in [false, true] {
            let load = Load::default();
            let busy = load.busy();
            busy.spin().send().await.unwrap();
            while load.handled.load(Ordering::Relaxed) < 1000 {
                futures_lite::future::yield_now().await;
            }
            if kill {
                busy.kill()
            } else {
                busy.stop()
            }
            let exit = busy.join().await;
            assert_eq!(exit, if kill { Exit::Killed } else { Exit::Stopped });
        }
    });
}
