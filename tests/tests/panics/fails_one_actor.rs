//! A panic in each place where user code runs fails that one life and nothing else.

use actor_core::prelude::*;
use futures_lite::{StreamExt, stream};
use std::future::poll_fn;
use std::panic::panic_any;
use std::time::Duration;
use tests::probe::{Diary, Probe, ProbeAddr, Step, step};
use tests::{Mark, Tally};

/// More often than there are workers, so that a panic that ends a worker is noticed.
const TIMES: usize = 5;

/// Makes a probe run `step`, and expects it to fail in `place`; the other actors of the system
/// continue.
fn fails_in(system: &System, place: &str, make: impl Fn() -> Step) {
    system.block_on(async {
        let others: Vec<_> =
            (0..4).map(|_| Probe::new("other", &Diary::default()).spawn()).collect();
        for _ in 0..TIMES {
            let diary = Diary::default();
            let probe = Probe::new("a", &diary).spawn();
            probe.run(make()).send().await.unwrap();
            let Exit::Failed(failure) = probe.join().await else { panic!("it did not fail") };
            let said = (failure.kind(), failure.handler(), failure.message());
            assert_eq!(said, (FailureKind::Panic, place, "planned"));
            assert_eq!(failure.id(), probe.id());
            assert!(failure.location().is_some_and(|place| place.file() == file!()));
            diary.assert_order(&["a: on_stop planned", "a: state dropped"]);
            for other in &others {
                assert_eq!(other.ping().await, Ok(()));
            }
        }
    });
}

pub fn a_panic_in_a_handler(system: &System) {
    fails_in(system, "run", || step(|_, _| panic!("planned")));
}

pub fn a_panic_in_the_closure_of_a_timer(system: &System) {
    fn never(_: &ProbeAddr) -> actor_core::Call<'_, Probe, ()> {
        panic!("planned")
    }
    fails_in(system, "timer", || step(|_, context| context.after(Duration::ZERO, never).detach()));
    fails_in(system, "timer", || {
        step(|_, context| context.every(Duration::from_millis(1), never).detach())
    });
}

pub fn a_panic_in_the_closure_of_a_monitor(system: &System) {
    fails_in(system, "monitor", || {
        step(|_, context| {
            let other = Probe::new("other", &Diary::default()).spawn();
            context.monitor(&other, |me, _exit| {
                assert!(!me.is_alive(), "planned");
                me.ping()
            });
        })
    });
}

pub fn a_panic_in_an_attached_stream(system: &System) {
    fails_in(system, "stream", || {
        step(|_, context| {
            let broken = stream::poll_fn(|_| panic!("planned"));
            context.attach(broken, |me, ()| me.ping()).detach();
        })
    });
    fails_in(system, "stream", || {
        step(|_, context| {
            let broken = stream::iter([1]).chain(stream::poll_fn(|_| panic!("planned")));
            context.attach(broken, |me, _| me.ping()).on_end(|me| me.note("end")).detach();
        })
    });
}

pub fn a_panic_in_the_closures_of_a_stream(system: &System) {
    fails_in(system, "stream", || {
        step(|_, context| {
            let numbers = stream::iter([0, 1, 2]);
            let attachment = context.attach(numbers, |me, number| {
                assert!(number < 2, "planned");
                me.ping()
            });
            attachment.detach();
        })
    });
    fails_in(system, "stream", || {
        step(|_, context| {
            let attachment = context.attach(stream::empty(), |me, ()| me.ping());
            let attachment = attachment.on_end(|me| {
                assert!(!me.is_alive(), "planned");
                me.ping()
            });
            attachment.detach();
        })
    });
}

pub fn a_panic_in_a_spawned_future(system: &System) {
    fails_in(system, "task", || {
        step(|_, context| context.spawn_task(async { panic!("planned") }).detach())
    });
    fails_in(system, "task", || {
        step(|_, context| {
            let late = async {
                futures_lite::future::yield_now().await;
                panic!("planned")
            };
            context.spawn_task(late).detach();
        })
    });
}

pub fn a_panic_in_a_piped_future_is_a_message(system: &System) {
    system.block_on(async {
        for _ in 0..TIMES {
            let diary = Diary::default();
            let probe = Probe::new("a", &diary).spawn();
            let pipe = step(|_, context| {
                let broken = async { panic!("planned") };
                context.pipe(broken, |me, outcome: Result<(), _>| {
                    let failure = outcome.expect_err("it panicked");
                    assert_eq!((failure.handler(), failure.message()), ("pipe", "planned"));
                    me.note("told")
                });
            });
            probe.run(pipe).await.unwrap();
            while diary.count("a: told") == 0 {
                probe.ping().await.unwrap();
            }
            probe.stop();
            assert_eq!(probe.join().await, Exit::Stopped);
        }
    });
}

/// The code other than handlers that panics.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    AsyncHandler,
    Start,
    Stop,
    Exit,
    Drop,
    Payload,
}

/// Panics at a given point.
#[actor]
struct Fragile {
    place: Where,
    _mark: Mark,
}

/// Panics when it is dropped, as a payload of a panic too.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("planned");
        }
    }
}

#[actor]
impl Fragile {
    #[on_start]
    fn begin(&mut self) {
        assert!(self.place != Where::Start, "planned");
    }

    async fn work(&mut self) {
        futures_lite::future::yield_now().await;
        assert!(self.place != Where::AsyncHandler, "planned");
        if self.place == Where::Payload {
            panic_any(Bomb);
        }
    }

    fn take(&mut self, _bomb: Bomb) {}

    fn fail(&self) {
        panic!("first");
    }

    fn lose_child(&self, context: &Context<Self>) {
        context.spawn_child(Probe::new("child", &Diary::default())).kill();
    }

    async fn never(&self) {
        poll_fn(|_| std::task::Poll::<()>::Pending).await;
    }

    #[on_stop]
    async fn stopped(&mut self, _exit: &Exit) {
        assert!(self.place != Where::Stop, "planned");
    }

    #[on_exit]
    fn told(&mut self, _id: ActorId, _exit: Exit) {
        assert!(self.place != Where::Exit, "planned");
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        assert!(self.place != Where::Drop || std::thread::panicking(), "planned");
    }
}

/// Makes a fragile actor panic in `place`, caused by `end`, and returns the text of its failure.
fn broken(system: &System, place: Where, end: fn(&FragileAddr)) -> (String, String) {
    system.block_on(async {
        let witness = Probe::new("witness", &Diary::default()).spawn();
        let mut said = None;
        for _ in 0..TIMES {
            let dropped = Tally::default();
            let fragile = Fragile { place, _mark: dropped.mark() }.spawn();
            end(&fragile);
            let exit = fragile.join().await;
            let Exit::Failed(failure) = exit else { panic!("it ended as {exit}") };
            assert_eq!(dropped.count(), 1, "the state was dropped, all of it");
            assert_eq!(witness.ping().await, Ok(()));
            said = Some((failure.handler().to_owned(), failure.message().to_owned()));
        }
        said.expect("it was done at least once")
    })
}

fn said(handler: &str, what: &str) -> (String, String) {
    (handler.into(), what.into())
}

pub fn a_panic_in_an_async_handler(system: &System) {
    let end = |it: &FragileAddr| it.work().try_send().unwrap();
    assert_eq!(broken(system, Where::AsyncHandler, end), said("work", "planned"));
}

pub fn a_panic_with_a_payload_that_panics_when_dropped(system: &System) {
    let end = |it: &FragileAddr| it.work().try_send().unwrap();
    assert_eq!(broken(system, Where::Payload, end), said("work", "opaque panic"));
}

pub fn a_panic_in_the_drop_of_an_argument(system: &System) {
    let end = |it: &FragileAddr| it.take(Bomb).try_send().unwrap();
    assert_eq!(broken(system, Where::Payload, end), said("take", "planned"));
}

pub fn a_panic_in_on_start(system: &System) {
    assert_eq!(broken(system, Where::Start, |_| ()), said("on_start", "planned"));
}

pub fn a_panic_in_on_stop_turns_stopped_into_failed(system: &System) {
    assert_eq!(broken(system, Where::Stop, |it| it.stop()), said("on_stop", "planned"));
}

pub fn a_panic_in_on_exit(system: &System) {
    let end = |it: &FragileAddr| it.lose_child().try_send().unwrap();
    assert_eq!(broken(system, Where::Exit, end), said("on_exit", "planned"));
}

pub fn a_panic_in_the_drop_of_the_state_turns_stopped_into_failed(system: &System) {
    assert_eq!(broken(system, Where::Drop, |it| it.stop()), said("drop", "planned"));
}

pub fn after_a_failure_the_first_stays_the_reason(system: &System) {
    let fail = |it: &FragileAddr| it.fail().try_send().unwrap();
    assert_eq!(broken(system, Where::Stop, fail), said("fail", "first"));
    assert_eq!(broken(system, Where::Drop, fail), said("fail", "first"));
}

pub fn a_panic_in_the_drop_of_a_killed_state_leaves_it_killed(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        let fragile = Fragile { place: Where::Drop, _mark: dropped.mark() }.spawn();
        fragile.never().send().await.unwrap();
        fragile.kill();
        assert_eq!(fragile.join().await, Exit::Killed);
        assert_eq!(dropped.count(), 1);
    });
}

pub fn a_panic_in_the_drop_of_a_discarded_message(system: &System) {
    system.block_on(async {
        for _ in 0..TIMES {
            let dropped = Tally::default();
            let fragile = Fragile { place: Where::AsyncHandler, _mark: dropped.mark() }.spawn();
            fragile.never().send().await.unwrap();
            for _ in 0..3 {
                fragile.take(Bomb).try_send().unwrap();
            }
            fragile.kill();
            assert_eq!(fragile.join().await, Exit::Killed);
            assert_eq!(dropped.count(), 1);
        }
    });
}

#[test]
fn a_panic_in_the_incident_hook_is_counted() {
    tests::guarded("a hook that panics", || {
        let system = System::builder().threads(1).on_incident(|_| panic!("planned")).build();
        system.block_on(async {
            let dropped = Tally::default();
            let fragile = Fragile { place: Where::AsyncHandler, _mark: dropped.mark() }.spawn();
            fragile.never().send().await.unwrap();
            fragile.never().send().await.unwrap();
            fragile.kill();
            assert_eq!(fragile.join().await, Exit::Killed);
        });
        let counters = system.counters();
        assert!(counters.undelivered > 0, "one of them waits while the other runs");
        assert_eq!(counters.suppressed_panics, counters.undelivered);
    });
}
