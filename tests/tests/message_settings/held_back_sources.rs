//! Messages of sources that waited for concurrent handlers, and whose guard is then false: like any deferred
//! message of a source, they end with it, and a periodic timer has at most one of them.

use super::cancelled_sources::Created;
use actor_core::prelude::*;
use actor_core::simulation::Sim;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tests::{Gate, Tally};

/// Handles the messages of its sources only while it is open, which its concurrent handlers change.
#[actor]
struct Shop {
    is_open: AtomicBool,
    created: Mutex<Option<Created<Shop>>>,
    entered: Tally,
    made: Tally,
    handled: Tally,
}

#[actor]
impl Shop {
    #[message(concurrent)]
    async fn create(&self, number: u32, context: &Context<Self>) {
        let made = self.made.clone();
        let created = Created::of(number, context, move |me| {
            made.add();
            me.serve()
        });
        *self.created.lock().unwrap() = Some(created);
    }

    #[message(concurrent)]
    async fn tick(&self, context: &Context<Self>) {
        let made = self.made.clone();
        let tick = context.every(Duration::from_millis(1), move |me| {
            made.add();
            me.serve()
        });
        tick.detach();
    }

    #[message(concurrent)]
    async fn close_behind(&self, gate: Gate) {
        self.entered.add();
        gate.pass().await;
        self.is_open.store(false, Relaxed);
    }

    fn cancel(&mut self) {
        *self.created.lock().unwrap() = None;
    }

    fn open(&mut self) {
        self.is_open.store(true, Relaxed);
    }

    #[message(when = self.is_open.load(Relaxed))]
    fn serve(&mut self) {
        self.handled.add();
    }

    fn ping(&mut self) {}
}

impl Shop {
    fn open_with(entered: &Tally, made: &Tally, handled: &Tally) -> Shop {
        Shop {
            is_open: AtomicBool::new(true),
            created: Mutex::new(None),
            entered: entered.clone(),
            made: made.clone(),
            handled: handled.clone(),
        }
    }
}

pub fn a_message_that_waited_for_handlers_and_is_then_deferred_ends_with_its_source(
    system: &System,
) {
    system.block_on(async {
        for number in 0..3 {
            for cancels in [true, false] {
                let (entered, made, handled) = Default::default();
                let shop = Shop::open_with(&entered, &made, &handled).spawn();
                let gate = Gate::new();
                let closing = shop.close_behind(gate.clone()).into_owned();
                let closing = actor_core::spawn_task(closing);
                entered.reaches(1).await;
                shop.create(number).await.unwrap();
                made.reaches(1).await;
                gate.open();
                closing.await.unwrap();
                // Handled after the message has been deferred.
                shop.ping().await.unwrap();
                if cancels {
                    shop.cancel().await.unwrap();
                }
                shop.open().await.unwrap();
                shop.ping().await.unwrap();
                assert_eq!(handled.count(), usize::from(!cancels), "source {number}");
            }
        }
    });
}

pub fn a_tick_that_waited_for_handlers_and_is_then_deferred_is_the_only_one(system: &System) {
    system.block_on(async {
        let (entered, made, handled) = Default::default();
        let shop = Shop::open_with(&entered, &made, &handled).spawn();
        let gate = Gate::new();
        let closing = actor_core::spawn_task(shop.close_behind(gate.clone()).into_owned());
        entered.reaches(1).await;
        shop.tick().await.unwrap();
        made.reaches(1).await;
        gate.open();
        closing.await.unwrap();
        actor_core::time::sleep(Duration::from_millis(10)).await;
        // In a simulation, no time has passed while the tick waited for the handler. Elsewhere, another one may
        // have become due.
        let bound = if Sim::of(system).is_some() { 1 } else { 2 };
        assert!(made.count() <= bound, "{} ticks waited", made.count());
        shop.open().await.unwrap();
        // The timer goes on.
        handled.reaches(4).await;
        shop.stop();
        assert_eq!(shop.join().await, Exit::Stopped);
    });
}
