//! Messages of timers, streams and monitors that a guard defers: they end with their source, and a periodic
//! timer has at most one of them.

use actor_core::context::{Attachment, Monitor, Timer};
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use std::time::Duration;
use tests::Tally;

/// Handles the messages of its sources only while it is open.
#[actor]
#[derive(Default)]
struct Shop {
    is_open: bool,
    /// The number of messages that its sources had made when it was opened.
    made_while_closed: usize,
    created: Option<Created>,
    made: Tally,
    handled: Tally,
}

enum Created {
    Timer(#[expect(dead_code, reason = "its drop cancels it")] Timer),
    Stream(#[expect(dead_code, reason = "its drop cancels it")] Attachment<Shop>),
    Monitor(Monitor),
}

impl Drop for Created {
    fn drop(&mut self) {
        if let Created::Monitor(monitor) = self {
            monitor.cancel();
        }
    }
}

const SOURCES: [&str; 5] = ["timer", "periodic timer", "stream", "ended stream", "monitor"];

#[actor]
impl Shop {
    fn create(&mut self, source: &'static str, context: &Context<Self>) {
        let made = self.made.clone();
        let millisecond = Duration::from_millis(1);
        self.created = Some(match source {
            "timer" => Created::Timer(context.after(Duration::ZERO, move |me| {
                made.add();
                me.serve()
            })),
            "periodic timer" => Created::Timer(context.every(millisecond, move |me| {
                made.add();
                me.serve()
            })),
            "stream" | "ended stream" => {
                let items = futures_lite::stream::once(());
                let rest = futures_lite::stream::pending();
                let rest = if source == "stream" { Some(rest) } else { None };
                let rest = futures_lite::stream::iter(rest);
                let items =
                    futures_lite::StreamExt::chain(items, futures_util::StreamExt::flatten(rest));
                Created::Stream(context.attach(items, move |me, ()| {
                    made.add();
                    me.serve()
                }))
            }
            _ => {
                let ended = Shop::default().spawn();
                ended.kill();
                Created::Monitor(context.monitor(&ended, move |me, _exit| {
                    made.add();
                    me.serve()
                }))
            }
        });
    }

    fn tick_until_stopped(&mut self, period: Duration, context: &Context<Self>) {
        let made = self.made.clone();
        let tick = context.every(period, move |me| {
            made.add();
            me.serve()
        });
        tick.detach();
    }

    fn open_after(&self, delay: Duration, context: &Context<Self>) {
        context.after(delay, |me| me.open()).detach();
    }

    fn open(&mut self) {
        self.is_open = true;
        self.made_while_closed = self.made.count();
    }

    fn made_while_closed(&self) -> usize {
        self.made_while_closed
    }

    fn cancel(&mut self) {
        self.created = None;
    }

    fn fail(&self) {
        panic!("planned");
    }

    #[message(when = self.is_open)]
    fn serve(&mut self) {
        self.handled.add();
    }

    fn ping(&self) {}
}

impl Shop {
    fn with(made: &Tally, handled: &Tally) -> Shop {
        Shop { made: made.clone(), handled: handled.clone(), ..Shop::default() }
    }
}

pub fn a_deferred_message_of_a_cancelled_source_is_not_handled(system: &System) {
    system.block_on(async {
        for source in SOURCES {
            for cancels in [true, false] {
                let (made, handled) = (Tally::default(), Tally::default());
                let shop = Shop::with(&made, &handled).spawn();
                shop.create(source).await.unwrap();
                made.reaches(1).await;
                // Handled after the message has been deferred.
                shop.ping().await.unwrap();
                if cancels {
                    shop.cancel().await.unwrap();
                }
                shop.open().await.unwrap();
                if !cancels {
                    handled.reaches(1).await;
                }
                shop.ping().await.unwrap();
                assert_eq!(handled.count() == 0, cancels, "{source}");
                shop.stop();
                shop.join().await;
            }
        }
    });
}

pub fn a_deferred_message_of_a_source_ends_with_its_life(system: &System) {
    system.block_on(async {
        for source in SOURCES {
            let (made, handled) = (Tally::default(), Tally::default());
            let supervisor = Supervisor::one_for_one().spawn();
            let (created, served) = (made.clone(), handled.clone());
            let shop = supervisor.start(Child::new("shop", move || Shop::with(&created, &served)));
            shop.create(source).await.unwrap();
            made.reaches(1).await;
            shop.ping().await.unwrap();
            assert!(matches!(shop.fail().await, Err(CallError::Panicked(_))));
            shop.open().await.unwrap();
            shop.ping().await.unwrap();
            assert_eq!(handled.count(), 0, "{source}");
            supervisor.stop();
            supervisor.join().await;
        }
    });
}

pub fn a_deferred_message_of_a_source_is_not_reported_at_the_end(system: &System) {
    system.block_on(async {
        for source in SOURCES {
            for kills in [true, false] {
                let (made, handled) = (Tally::default(), Tally::default());
                let shop = Shop::with(&made, &handled).spawn();
                shop.create(source).await.unwrap();
                made.reaches(1).await;
                shop.ping().await.unwrap();
                if kills {
                    shop.kill();
                } else {
                    shop.stop();
                }
                shop.join().await;
                assert_eq!(system.counters().undelivered, 0, "{source}");
            }
        }
    });
}

pub fn a_deferred_tick_is_the_only_one_that_waits(system: &System) {
    system.block_on(async {
        let (made, handled) = (Tally::default(), Tally::default());
        let shop = Shop::with(&made, &handled).spawn();
        shop.tick_until_stopped(Duration::from_millis(1)).await.unwrap();
        made.reaches(1).await;
        shop.open_after(Duration::from_millis(20)).await.unwrap();
        handled.reaches(1).await;
        assert_eq!(shop.made_while_closed().await, Ok(1));
        // The timer goes on.
        handled.reaches(3).await;
        shop.stop();
        assert_eq!(shop.join().await, Exit::Stopped);
    });
}
