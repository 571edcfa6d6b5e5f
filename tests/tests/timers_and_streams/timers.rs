//! Timers. The bounds are in real time, and therefore generous; `simulation/virtual_time.rs` has the exact
//! ones.

use actor_core::context::Timer;
use actor_core::prelude::*;
use actor_core::time::now;
use std::time::{Duration, Instant};
use tests::Gate;
use tests::probe::{Diary, Probe, ProbeAddr, step};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Writes down when it ticks.
#[actor]
struct Ticker {
    period: Duration,
    /// How long each tick keeps it, computing.
    work: Duration,
    begun: Instant,
    ticks: Vec<Duration>,
}

#[actor]
impl Ticker {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        self.begun = now();
        context.every(self.period, |me| me.tick()).detach();
    }

    fn tick(&mut self) {
        self.ticks.push(now() - self.begun);
        let until = Instant::now() + self.work;
        while Instant::now() < until {
            std::hint::spin_loop();
        }
    }

    async fn stall(&mut self, arrived: Gate, gate: Gate) {
        arrived.open();
        gate.pass().await;
    }

    fn ticks(&self) -> Vec<Duration> {
        self.ticks.clone()
    }
}

fn ticker(period: Duration, work: Duration) -> TickerAddr {
    Ticker { period, work, begun: now(), ticks: Vec::new() }.spawn()
}

pub fn ticks_never_come_early_nor_more_often_than_due(system: &System) {
    system.block_on(async {
        let period = millis(5);
        let ticker = ticker(period, Duration::ZERO);
        actor_core::time::sleep(millis(200)).await;
        let ticks = ticker.ticks().await.unwrap();
        assert!(!ticks.is_empty(), "forty were due");
        for (number, at) in (1..).zip(&ticks) {
            assert!(*at >= period * number, "tick {number} came after {at:?}");
        }
    });
}

pub fn ticks_do_not_drift(system: &System) {
    system.block_on(async {
        // With the work added to each period twenty ticks would take 1200 ms at least. A busy
        // machine may be slow once; one that drifts is slow each time.
        for _ in 0..10 {
            let ticker = ticker(millis(40), millis(20));
            let mut ticks = Vec::new();
            while ticks.len() < 20 {
                actor_core::time::sleep(millis(20)).await;
                ticks = ticker.ticks().await.unwrap();
            }
            if ticks[19] < millis(1100) {
                return;
            }
        }
        panic!("twenty ticks of 40 ms took more than 1100 ms each time");
    });
}

pub fn a_stall_leaves_one_tick_and_makes_no_burst(system: &System) {
    system.block_on(async {
        let ticker = ticker(millis(50), Duration::ZERO);
        let (arrived, gate) = (Gate::new(), Gate::new());
        ticker.stall(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        let before = ticker.ticks();
        actor_core::time::sleep(millis(500)).await;
        // This call waits behind the tick that came during the stall.
        let (ticks, ()) = actor_core::future::zip(before, async {
            gate.open();
        })
        .await;
        // Ten were due. One waited; another may be due just now.
        let ticks = ticks.unwrap();
        assert!((1..=3).contains(&ticks.len()), "{ticks:?}");
        actor_core::time::sleep(millis(200)).await;
        let ticks = ticker.ticks().await.unwrap();
        assert!(ticks.len() >= 2, "it ticks on: {ticks:?}");
        for pair in ticks.windows(3) {
            assert!(pair[2] - pair[0] >= millis(25), "three within a period: {ticks:?}");
        }
    });
}

pub fn a_one_shot_fires_once_and_not_early(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        let begun = now();
        let set = step(|_, context| {
            context.after(millis(20), |me| me.note("late")).detach();
            context.after(Duration::ZERO, |me| me.note("now")).detach();
            context.after(Duration::MAX, |me| me.note("never")).detach();
        });
        probe.run(set).await.unwrap();
        while diary.count("a: late") == 0 {
            actor_core::time::sleep(millis(1)).await;
        }
        assert!(now() - begun >= millis(20));
        actor_core::time::sleep(millis(50)).await;
        diary.assert_order(&["a: now", "a: late"]);
        assert_eq!(diary.lines().len(), 2);
    });
}

pub fn a_cancelled_timer_is_silent_at_once_even_if_its_tick_waits(system: &System) {
    system.block_on(async {
        for drops in [false, true] {
            let diary = Diary::default();
            let probe = Probe::new("a", &diary).spawn();
            let set = step(|me, context| {
                me.kept.push(Box::new(context.after(millis(1), |me| me.note("once"))));
                me.kept.push(Box::new(context.every(millis(1), |me| me.note("each"))));
                me.write("set");
            });
            let cancel = step(move |me, _| {
                // Both are due by now, and their ticks wait behind this message.
                std::thread::sleep(millis(30));
                for kept in me.kept.drain(..) {
                    let timer = kept.downcast::<Timer>().expect("a timer was kept");
                    if drops { drop(timer) } else { timer.cancel() }
                }
                me.write("cancelled");
            });
            let both = step(move |me, context| {
                set(me, context);
                cancel(me, context);
            });
            probe.run(both).await.unwrap();
            actor_core::time::sleep(millis(30)).await;
            probe.ping().await.unwrap();
            assert_eq!(diary.lines(), ["a: set", "a: cancelled"], "drops: {drops}");
        }
    });
}

pub fn a_timer_or_stream_that_a_stopped_actor_still_creates_sends_nothing(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        let [(first, go), (second, end)] = [(); 2].map(|()| (Gate::new(), Gate::new()));
        probe.hold(first.clone(), go.clone()).try_send().unwrap();
        let create = step(|_, context| {
            context.after(Duration::ZERO, |me| me.note("once")).detach();
            context.every(millis(1), |me| me.note("each")).detach();
            let items = futures_lite::stream::iter(["item"; 3]);
            context.attach(items, |me, item| me.note(item)).detach();
        });
        probe.run(create).try_send().unwrap();
        probe.hold(second.clone(), end.clone()).try_send().unwrap();
        first.pass().await;
        probe.stop();
        go.open();
        second.pass().await;
        // Both timers are due, and their actor still handles its last message.
        actor_core::time::sleep(millis(5)).await;
        end.open();
        assert_eq!(probe.join().await, Exit::Stopped);
        let sent = ["a: once", "a: each", "a: item"].map(|line| diary.count(line));
        assert_eq!(sent, [0; 3], "{:?}", diary.lines());
    });
}

pub fn timers_die_with_their_life(system: &System) {
    type Ends = fn(&ProbeAddr);
    let ends: [Ends; 3] = [
        |it| it.stop(),
        |it| it.kill(),
        |it| it.run(step(|_, _| panic!("planned"))).try_send().unwrap(),
    ];
    system.block_on(async {
        for end in ends {
            let diary = Diary::default();
            let other = Probe::new("other", &diary).spawn();
            let probe = Probe::new("a", &diary).spawn();
            let (to, held) = (other.clone(), diary.on_drop("closure dropped"));
            let set = step(move |_, context| {
                // Aimed at another actor, which outlives this one.
                let timer = context.every(millis(1), move |_| {
                    let _held = &held;
                    to.note("tick").into_owned()
                });
                timer.detach();
            });
            probe.run(set).await.unwrap();
            while diary.count("other: tick") < 2 {
                actor_core::time::sleep(millis(1)).await;
            }
            end(&probe);
            probe.join().await;
            assert_eq!(diary.count("closure dropped"), 1);
            // Messages sent before the end may still arrive; then it is silent.
            loop {
                let ticks = diary.count("other: tick");
                actor_core::time::sleep(millis(30)).await;
                other.ping().await.unwrap();
                if diary.count("other: tick") == ticks {
                    break;
                }
            }
        }
    });
}

pub fn a_period_of_zero_is_a_failure(system: &System) {
    system.block_on(async {
        let probe = Probe::new("a", &Diary::default()).spawn();
        let set = step(|_, context| context.every(Duration::ZERO, |me| me.ping()).detach());
        let Err(CallError::Panicked(failure)) = probe.run(set).await else { panic!("it panics") };
        assert!(failure.message().contains("period of zero"), "{failure}");
    });
}

pub fn a_period_of_a_nanosecond_starves_nothing(system: &System) {
    system.block_on(async {
        let ticker = ticker(Duration::from_nanos(1), Duration::ZERO);
        for _ in 0..10 {
            assert!(ticker.ticks().await.is_ok());
        }
        ticker.kill();
        assert_eq!(ticker.join().await, Exit::Killed);
    });
}

/// Sets timers of 666 ms and 333 ms and reports their ticks, until the slow one has ticked six
/// times.
async fn ticks_of_two_timers() -> String {
    let (tell, told) = async_channel::unbounded();
    let probe = Probe::new("a", &Diary::default()).spawn();
    let set = step(move |_, context| {
        let (slow, fast) = (tell.clone(), tell);
        let slow = context.every(millis(666), move |me| {
            slow.try_send('s').unwrap();
            me.ping()
        });
        let fast = context.every(millis(333), move |me| {
            fast.try_send('f').unwrap();
            me.ping()
        });
        slow.detach();
        fast.detach();
    });
    probe.run(set).await.unwrap();
    let mut ticks = String::new();
    while ticks.matches('s').count() < 6 {
        ticks.push(told.recv().await.unwrap());
    }
    ticks
}

pub fn timers_of_666_and_333_ms_interleave_in_due_order(system: &System) {
    system.block_on(async {
        for _ in 0..5 {
            let ticks = ticks_of_two_timers().await;
            // A machine that stands still for a third of a second skips a tick: try again.
            if ticks.matches('f').count() == 11 {
                // The slow one was set first, so it comes first where both are due.
                assert_eq!(ticks, "fsffsffsffsffsffs");
                return;
            }
        }
        panic!("ticks were missed each time");
    });
}
