//! One exit for all observers, after every message that the actor sent.

use actor_core::Failure;
use actor_core::future::join_all;
use actor_core::prelude::*;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tests::Gate;
use tests::probe::{Diary, Probe, ProbeAddr, forgotten, settle, step};

/// The three ways to end.
const ENDS: [(&str, fn(&ProbeAddr)); 3] = [
    ("stopped", |target| target.stop()),
    ("killed", |target| target.kill()),
    ("failed", |target| target.run(step(|_, _| panic!("planned"))).try_send().unwrap()),
];

fn is(exit: &Exit, end: &str) -> bool {
    match exit {
        Exit::Failed(failure) => end == "failed" && failure.message() == "planned",
        exit => exit.to_string() == end,
    }
}

async fn watch(watcher: &ProbeAddr, target: &ProbeAddr) {
    let target = target.clone();
    let monitor = step(move |_, context| {
        context.monitor(&target, |me, exit| me.gone(exit));
    });
    watcher.run(monitor).await.unwrap();
}

async fn link(linker: &ProbeAddr, target: &ProbeAddr) {
    let target = target.clone();
    let link = step(move |_, context| {
        context.link(&target);
    });
    linker.run(link).await.unwrap();
}

pub fn one_end_gives_one_exit_to_every_monitor_linker_and_joiner(system: &System) {
    system.block_on(async {
        for (end, finish) in ENDS {
            let target = Probe::new("target", &Diary::default()).spawn();
            let mut watchers = Vec::new();
            for place in 0..6 {
                let diary = Diary::default();
                let watcher = Probe::new("watcher", &diary).spawn();
                if place < 3 {
                    watch(&watcher, &target).await;
                } else {
                    link(&watcher, &target).await;
                }
                watchers.push((watcher, diary));
            }
            let joiners: Vec<_> = (0..3).map(|_| actor_core::spawn_task(target.join())).collect();
            finish(&target);
            for exit in join_all(joiners).await {
                assert!(is(&exit, end), "{exit} for {end}");
            }
            for (watcher, diary) in &watchers {
                while diary.lines().is_empty() {
                    watcher.ping().await.unwrap();
                }
            }
            settle().await;
            for (watcher, diary) in &watchers {
                watcher.ping().await.unwrap();
                assert_eq!(diary.lines().len(), 1, "one notice for one end: {:?}", diary.lines());
            }
        }
    });
}

pub fn a_dead_or_full_watcher_does_not_stop_the_notification_of_others(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let target = Probe::new("target", &diary).spawn();
        let dead = Probe::new("dead", &diary).spawn();
        let full = Probe::new("full", &diary).prepare().capacity(1).spawn();
        let live = Probe::new("live", &diary).spawn();
        let linked = Probe::new("linked", &diary).spawn();
        for watcher in [&dead, &full, &live] {
            watch(watcher, &target).await;
        }
        link(&dead, &target).await;
        link(&linked, &target).await;
        dead.kill();
        dead.join().await;
        let (arrived, gate) = (Gate::new(), Gate::new());
        full.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        full.note("queued").try_send().unwrap();
        assert_eq!(full.note("more").try_send().unwrap_err().reason(), SendReason::Full);

        target.kill();
        while diary.count("live: gone killed") + diary.count("linked: told killed") < 2 {
            live.ping().await.unwrap();
            linked.ping().await.unwrap();
        }
        gate.open();
        full.ping().await.unwrap();
        diary.assert_order(&["full: queued", "full: gone killed"]);
        assert_eq!(diary.count("dead: gone killed") + diary.count("dead: told killed"), 0);
    });
}

pub fn join_after_the_end_gives_the_same_exit_each_time(system: &System) {
    system.block_on(async {
        for (end, finish) in ENDS {
            let target = Probe::new("target", &Diary::default()).spawn();
            let (weak, erased) = (target.downgrade(), target.to_any());
            finish(&target);
            let first = target.join().await;
            assert!(is(&first, end), "{first} for {end}");
            assert!(!target.is_alive());
            for _ in 0..3 {
                assert_eq!(target.join().await, first);
                assert_eq!(target.clone().join().await, first);
                assert_eq!(weak.join().await, first);
                assert_eq!(erased.join().await, first);
            }
            // Finishing it again changes nothing.
            target.stop();
            target.kill();
            assert_eq!(target.join().await, first);
        }
    });
}

const SENT: u32 = 1000;

/// Receives numbers, and the end of their sender.
#[actor(capacity = 8)]
struct Collector {
    next: u32,
    source: SourceAddr,
    as_link: bool,
    at_exit: async_channel::Sender<u32>,
}

#[actor]
impl Collector {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        if self.as_link {
            context.link(&self.source);
        } else {
            context.monitor(&self.source, |me, _exit| me.ended());
        }
    }

    fn take(&mut self, number: u32) {
        assert_eq!(number, self.next);
        self.next += 1;
    }

    fn ended(&mut self) {
        self.at_exit.try_send(self.next).unwrap();
    }

    #[on_exit]
    fn told(&mut self, _id: ActorId, _exit: Exit) {
        self.ended();
    }
}

/// Sends numbers.
#[actor]
struct Source;

#[actor]
impl Source {
    async fn pour(&mut self, to: CollectorAddr) {
        for number in 0..SENT {
            to.take(number).send().await.unwrap();
        }
    }

    async fn pour_and_panic(&mut self, to: CollectorAddr) {
        self.pour(to).await;
        panic!("planned");
    }
}

pub fn an_exit_notice_arrives_after_every_message_of_the_ended_actor(system: &System) {
    system.block_on(async {
        for (as_link, panics) in [(false, false), (false, true), (true, false), (true, true)] {
            let source = Source.spawn();
            let (at_exit, seen) = async_channel::unbounded();
            let collector = Collector { next: 0, source: source.clone(), as_link, at_exit }.spawn();
            collector.started().await.unwrap();
            if panics {
                source.pour_and_panic(collector.clone()).send().await.unwrap();
            } else {
                source.pour(collector.clone()).send().await.unwrap();
                source.stop();
            }
            assert_eq!(seen.recv().await, Ok(SENT), "as_link: {as_link}, panics: {panics}");
        }
    });
}

pub fn monitoring_an_ended_actor_delivers_immediately(system: &System) {
    system.block_on(async {
        for (end, finish) in ENDS {
            let diary = Diary::default();
            let target = Probe::new("target", &Diary::default()).spawn();
            finish(&target);
            target.join().await;
            let watcher = Probe::new("watcher", &diary).spawn();
            watch(&watcher, &target).await;
            link(&watcher, &target).await;
            watcher.ping().await.unwrap();
            let lines = diary.lines();
            assert_eq!(lines.len(), 2, "{lines:?}");
            assert!(lines[0].starts_with(&format!("watcher: gone {end}")) || end == "failed");
            assert!(lines[1].starts_with("watcher: told"));
        }
    });
}

pub fn monitoring_a_freed_actor_delivers_no_such_actor(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let target = Probe::new("target", &Diary::default()).spawn();
        let weak = target.downgrade();
        drop(target);
        forgotten(&weak).await;
        let watcher = Probe::new("watcher", &diary).spawn();
        let monitor = step(move |_, context| {
            context.monitor(&weak, |me, exit| me.gone(exit));
            context.link(&weak);
        });
        watcher.run(monitor).await.unwrap();
        watcher.ping().await.unwrap();
        assert_eq!(diary.lines(), ["watcher: gone no such actor", "watcher: told no such actor"]);
    });
}

pub fn a_cancelled_monitor_delivers_nothing_even_if_its_notice_is_queued(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let target = Probe::new("target", &Diary::default()).spawn();
        let watcher = Probe::new("watcher", &diary).spawn();
        target.kill();
        target.join().await;
        let monitor_and_cancel = step(move |_, context| {
            // The notice is there when `monitor` returns: the target is dead.
            context.monitor(&target, |me, exit| me.gone(exit)).cancel();
            context.link(&target).cancel();
        });
        watcher.run(monitor_and_cancel).await.unwrap();
        watcher.ping().await.unwrap();
        settle().await;
        assert_eq!(diary.lines(), [""; 0]);
    });
}

pub fn a_failure_names_its_handler_and_location(system: &System) {
    system.block_on(async {
        let target = Probe::new("target", &Diary::default()).prepare().name("fragile").spawn();
        let answer = target.run(step(|_, _| panic!("planned"))).await;
        let Err(CallError::Panicked(told)) = answer else { panic!("{answer:?}") };
        let Exit::Failed(failure) = target.join().await else { panic!("it failed") };
        let parts = |failure: &Failure| {
            let place = failure.location().map(|place| place.file().to_owned());
            let texts = [failure.actor(), failure.handler(), failure.message()].map(str::to_owned);
            (failure.kind(), failure.id(), texts, place)
        };
        assert_eq!(parts(&told), parts(&failure));
        assert_eq!(failure.kind(), FailureKind::Panic);
        assert_eq!(failure.id(), target.id());
        assert_eq!(
            (failure.actor(), failure.handler(), failure.message()),
            ("fragile", "run", "planned")
        );
        assert!(failure.location().is_some_and(|place| place.file() == file!()));
    });
}

/// How long it takes to cancel this many monitors on one actor.
fn cancelled(system: &System, count: usize) -> Duration {
    system.block_on(async {
        let target = Probe::new("target", &Diary::default()).spawn();
        let watcher = Probe::new("watcher", &Diary::default()).spawn();
        let (watched, took) = (target.clone(), Arc::new(Mutex::new(Duration::ZERO)));
        let told = took.clone();
        let cancel = step(move |_, context| {
            let monitor = |_| context.monitor(&watched, |me, exit| me.gone(exit));
            let monitors: Vec<_> = (0..count).map(monitor).collect();
            let begun = Instant::now();
            monitors.iter().for_each(actor_core::context::Monitor::cancel);
            *told.lock().unwrap() = begun.elapsed();
        });
        watcher.run(cancel).await.unwrap();
        *took.lock().unwrap()
    })
}

#[test]
fn cancelling_one_of_many_monitors_takes_constant_time() {
    tests::guarded("many monitors", || {
        let system = System::builder().threads(1).build();
        // Eight times as many take about eight times as long, and not sixty-four times. A machine that
        // is busy with something else may say otherwise now and then, but not each time.
        let is_linear = |_| cancelled(&system, 16_000) < 24 * cancelled(&system, 2_000);
        assert!((0..10).any(is_linear));
    });
}
