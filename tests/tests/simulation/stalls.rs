//! Any number of ticks is progress while something awaits their effect; a test function that
//! nothing can wake, or that ticks do not help, fails.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::{
    simulation::{Probe, Sim},
    spawn_task, time,
    topic::Topic,
};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// More ticks than a simulation allows if it does not know that something awaits them.
const MANY: u32 = 101_000;

/// Answers at once.
#[actor]
struct Quick;

#[actor]
impl Quick {
    fn nod(&self) -> u32 {
        MANY
    }
}

/// Ticks each second, and answers when it has ticked often enough.
#[actor]
struct Clock {
    ticks: u32,
    waiting: Option<(u32, Reply<u32>)>,
    told: Probe<u32>,
}

#[actor]
impl Clock {
    #[on_start]
    fn begin(&self, context: &Context<Self>) {
        context.every(SECOND, |me| me.tick()).detach();
    }

    fn tick(&mut self) {
        self.ticks += 1;
        if self.ticks == 3600 {
            self.told.tell(self.ticks);
        }
        if let Some((ticks, reply)) = self.waiting.take_if(|waiting| waiting.0 == self.ticks) {
            let _ = reply.send(ticks);
        }
    }

    fn after(&mut self, ticks: u32, reply: Reply<u32>) {
        self.waiting = Some((ticks, reply));
    }
}

fn clock() -> (ClockAddr, Probe<u32>) {
    let told = Probe::new();
    (Clock { ticks: 0, waiting: None, told: told.clone() }.spawn(), told)
}

#[actor_core::test]
async fn a_task_that_the_body_awaits_may_wait_for_any_number_of_ticks() {
    let ticks = spawn_task(async {
        let mut seconds = time::interval(SECOND);
        for _ in 0..MANY {
            seconds.tick().await;
        }
        "all of them"
    });
    assert_eq!(ticks.await, "all of them");
}

#[actor_core::test]
async fn an_answer_may_come_after_any_number_of_ticks() {
    let (clock, _) = clock();
    assert_eq!(clock.after(MANY).await, Ok(MANY));
}

#[actor_core::test]
async fn the_last_answer_of_many_may_come_after_any_number_of_ticks() {
    let (clock, _) = clock();
    let quick: Vec<_> = (0..40).map(|_| Quick.spawn()).collect();
    // So many calls have wakers of their own, and only those that were woken are polled again.
    let mut calls: Vec<Pin<Box<dyn Future<Output = Result<u32, CallError>>>>> =
        vec![Box::pin(async { clock.after(MANY).await })];
    for quick in &quick {
        calls.push(Box::pin(async { quick.nod().await }));
    }
    assert_eq!(join_all(calls).await, vec![Ok(MANY); 41]);
}

#[actor_core::test]
async fn a_test_body_may_be_woken_by_ticks_through_an_untracked_channel() {
    let (_clock, told) = clock();
    assert_eq!(told.next().await, 3600);
}

#[test]
fn a_test_body_that_ticks_do_not_unblock_fails() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let (_clock, _) = clock();
            let (_other, told) = clock();
            told.next().await;
            told.next().await;
        });
    });
    assert!(said.contains("100000 ticks in a row"), "{said}");
}

#[test]
fn a_body_that_nothing_can_wake_fails_immediately_despite_ticks() {
    let system = System::simulation(1);
    let sim = Sim::of(&system).unwrap();
    let body = async {
        let (_clock, _) = clock();
        std::future::pending::<()>().await;
    };
    let said = said(std::panic::AssertUnwindSafe(|| system.block_on(body)));
    assert!(said.contains("nothing can happen any more"), "{said}");
    assert!(sim.trace().count() < 10, "{}", sim.trace());
}

#[test]
fn a_stalled_test_is_reported_in_reasonable_time() {
    let begun = Instant::now();
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            let (_clock, told) = clock();
            told.next().await;
            told.next().await;
        });
    });
    assert!(said.contains("ticks in a row"), "{said}");
    assert!(begun.elapsed() < 300 * SECOND, "it took {:?}", begun.elapsed());
}

/// Publishes more items than the other actor takes.
#[actor]
struct Press {
    pages: Topic<u32>,
}

#[actor]
impl Press {
    async fn print(&self) {
        for page in 0..100 {
            self.pages.publish(page).await;
        }
    }
}

/// Never comes to the second item.
#[actor(capacity = 1)]
struct Reader;

#[actor]
impl Reader {
    async fn read(&self, _page: u32) {
        std::future::pending().await
    }
}

#[test]
fn a_publisher_that_waits_for_a_subscriber_is_reported_with_it() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let (pages, reader) = (Topic::new(), Reader.spawn());
            pages.subscribe(&reader, |me, page| me.read(page)).detach();
            Press { pages }.spawn().print().await.unwrap();
        })
    });
    assert!(
        said.contains("press#2 waits in `print` for room in a subscription of reader#1"),
        "{said}"
    );
}

#[test]
fn a_body_that_waits_to_publish_is_reported_with_the_subscriber() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let (pages, reader) = (Topic::new(), Reader.spawn());
            pages.subscribe(&reader, |me, page| me.read(page)).detach();
            for page in 0..100 {
                pages.publish(page).await;
            }
        });
    });
    assert!(said.contains(" waits for room in a subscription of reader#1"), "{said}");
}

#[test]
fn a_publisher_that_waits_for_a_stream_is_reported() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let pages = Topic::new();
            let _unread = pages.stream();
            Press { pages: pages.clone() }.spawn().print().await.unwrap();
        });
    });
    assert!(said.contains("press#1 waits in `print` for room in a stream of a topic"), "{said}");
}

/// The wait of a publisher is over when there is room, and leaves nothing behind.
#[test]
fn a_body_that_has_published_does_not_wait_for_the_subscriber() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let (ticks, (clock, told)) = (Topic::new(), clock());
            ticks.subscribe(&clock, |me, _item: u32| me.tick()).detach();
            for item in 0..1000 {
                ticks.publish(item).await;
            }
            told.next().await;
            told.next().await;
        });
    });
    assert!(said.contains("100000 ticks in a row"), "{said}");
}
