//! Stop, kill, and a start that fails.

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use tests::probe::{Diary, Probe, settle, step};
use tests::{Gate, Mark, Tally};

pub fn stop_handles_queued_messages_and_rejects_the_rest(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        probe.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        for line in ["1", "2", "3"] {
            probe.note(line).try_send().unwrap();
        }
        let queued = actor_core::spawn_task(probe.ping().into_owned());
        while probe.len() < 4 {
            futures_lite::future::yield_now().await;
        }
        probe.stop();
        assert!(probe.is_alive(), "it lives until its exit is published");
        assert!(probe.downgrade().upgrade().is_none(), "nobody gets hold of it any more");
        assert_eq!(probe.ping().await, Err(CallError::Stopped));
        let refused = probe.note("late").try_send().unwrap_err();
        assert_eq!(refused.reason(), SendReason::Stopped);
        assert_eq!(probe.note("late").send().await.unwrap_err().reason(), SendReason::Stopped);
        gate.open();
        assert_eq!(probe.join().await, Exit::Stopped);
        assert_eq!(queued.await, Ok(()), "what was queued is handled");
        let wanted = ["a: held", "a: 1", "a: 2", "a: 3", "a: on_stop stopped", "a: state dropped"];
        diary.assert_order(&wanted);
        assert_eq!(diary.count("a: late"), 0);
    });
}

pub fn senders_that_wait_for_capacity_get_stopped(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).prepare().capacity(1).spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        probe.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        probe.note("queued").try_send().unwrap();
        let stop = async {
            settle().await;
            probe.stop();
            gate.open();
        };
        let sends = async {
            let (sent, called) = zip(probe.note("waits").send(), probe.ping()).await;
            assert_eq!(sent.unwrap_err().reason(), SendReason::Stopped);
            assert_eq!(called, Err(CallError::Stopped));
        };
        zip(sends, stop).await;
        assert_eq!(probe.join().await, Exit::Stopped);
        assert_eq!((diary.count("a: queued"), diary.count("a: waits")), (1, 0));
    });
}

pub fn stop_and_kill_in_any_order_and_number_end_it_once(system: &System) {
    type Ends = fn(&Addr<Probe>);
    let ways: [(Ends, Option<Exit>); 6] = [
        (|it| it.stop(), Some(Exit::Stopped)),
        (|it| (it.stop(), it.stop()).0, Some(Exit::Stopped)),
        (|it| it.kill(), Some(Exit::Killed)),
        (|it| (it.kill(), it.kill()).0, Some(Exit::Killed)),
        // Which of two comes first is up to the schedule; it ends, and once.
        (|it| (it.stop(), it.kill()).0, None),
        (|it| (it.kill(), it.stop()).0, None),
    ];
    system.block_on(async {
        for (end, wanted) in ways {
            for running in [false, true] {
                let diary = Diary::default();
                let probe = Probe::new("a", &diary).spawn();
                if running {
                    probe.ping().await.unwrap();
                }
                end(&probe);
                let exit = probe.join().await;
                assert!(wanted.as_ref().is_none_or(|wanted| exit == *wanted), "{exit}");
                assert!(matches!(exit, Exit::Stopped | Exit::Killed), "{exit}");
                end(&probe);
                assert_eq!(probe.join().await, exit);
                assert_eq!(diary.count("a: state dropped"), 1);
                assert_eq!(probe.ping().await, Err(CallError::Stopped));
            }
        }
    });
}

/// Starts slowly.
#[actor]
struct Slow {
    diary: Diary,
    arrived: Gate,
    gate: Gate,
    outcome: Result<(), String>,
    panics: bool,
    _mark: Mark,
}

#[actor]
impl Slow {
    #[on_start]
    async fn begin(&mut self) -> Result<(), String> {
        self.arrived.open();
        self.gate.pass().await;
        self.diary.note("started");
        assert!(!self.panics, "planned");
        self.outcome.clone()
    }

    fn note(&mut self, line: &'static str) {
        self.diary.note(line);
    }

    #[on_stop]
    fn stopped(&mut self, _exit: &Exit) {
        self.diary.note("on_stop");
    }
}

fn slow(diary: &Diary, dropped: &Tally) -> Slow {
    let (arrived, gate, _mark) = (Gate::new(), Gate::new(), dropped.mark());
    Slow { diary: diary.clone(), arrived, gate, outcome: Ok(()), panics: false, _mark }
}

pub fn no_message_is_handled_before_on_start_is_done(system: &System) {
    system.block_on(async {
        let (diary, dropped) = (Diary::default(), Tally::default());
        let slow = slow(&diary, &dropped);
        let (arrived, gate) = (slow.arrived.clone(), slow.gate.clone());
        let slow = slow.spawn();
        slow.note("1").try_send().unwrap();
        arrived.pass().await;
        slow.note("2").try_send().unwrap();
        settle().await;
        assert_eq!(diary.lines(), [""; 0]);
        gate.open();
        slow.note("3").await.unwrap();
        assert_eq!(diary.lines(), ["started", "1", "2", "3"]);
        assert_eq!(slow.started().await, Ok(()));
    });
}

pub fn stop_during_start_lets_it_start_and_drain(system: &System) {
    system.block_on(async {
        let (diary, dropped) = (Diary::default(), Tally::default());
        let slow = slow(&diary, &dropped);
        let (arrived, gate) = (slow.arrived.clone(), slow.gate.clone());
        let slow = slow.spawn();
        slow.note("1").try_send().unwrap();
        arrived.pass().await;
        slow.stop();
        gate.open();
        assert_eq!(slow.join().await, Exit::Stopped);
        assert_eq!(diary.lines(), ["started", "1", "on_stop"]);
    });
}

pub fn kill_during_start_ends_it_at_its_await(system: &System) {
    system.block_on(async {
        let (diary, dropped) = (Diary::default(), Tally::default());
        let slow = slow(&diary, &dropped);
        let arrived = slow.arrived.clone();
        let slow = slow.spawn();
        arrived.pass().await;
        let queued = actor_core::spawn_task(slow.note("1").into_owned());
        slow.kill();
        assert_eq!(slow.join().await, Exit::Killed);
        assert_eq!(slow.started().await, Err(Exit::Killed));
        assert_eq!(queued.await, Err(CallError::Stopped));
        assert_eq!((diary.lines().len(), dropped.count()), (0, 1));
    });
}

pub fn a_failed_start_is_reported_to_joiners_and_queued_callers(system: &System) {
    system.block_on(async {
        for panics in [false, true] {
            let (diary, dropped) = (Diary::default(), Tally::default());
            let slow = Slow { outcome: Err("no route".into()), panics, ..slow(&diary, &dropped) };
            let (arrived, gate) = (slow.arrived.clone(), slow.gate.clone());
            let slow = slow.spawn();
            arrived.pass().await;
            let calls: Vec<_> =
                (0..3).map(|_| actor_core::spawn_task(slow.note("never").into_owned())).collect();
            while slow.len() < 3 {
                futures_lite::future::yield_now().await;
            }
            let joiner = actor_core::spawn_task(slow.join());
            gate.open();
            let Err(exit) = slow.started().await else { panic!("it failed to start") };
            assert_eq!(slow.join().await, exit);
            assert_eq!(joiner.await, exit);
            let Exit::Failed(failure) = exit else { panic!("{exit}") };
            let (kind, message) = if panics {
                (FailureKind::Panic, "planned")
            } else {
                (FailureKind::Start, "no route")
            };
            assert_eq!((failure.kind(), failure.message()), (kind, message));
            for answer in join_all(calls).await {
                assert_eq!(answer, Err(CallError::Stopped));
            }
            assert_eq!((diary.lines(), dropped.count()), (vec!["started".to_owned()], 1));
        }
    });
}

pub fn a_state_that_cannot_be_created_is_a_failed_start(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let closed = gate.clone();
        let probe = Probe::try_spawn_with(|_me| async move {
            closed.pass().await;
            Err("no route")
        });
        let queued = actor_core::spawn_task(probe.ping().into_owned());
        settle().await;
        gate.open();
        let Err(Exit::Failed(failure)) = probe.started().await else { panic!("it failed") };
        assert_eq!((failure.kind(), failure.message()), (FailureKind::Start, "no route"));
        assert_eq!(queued.await, Err(CallError::Stopped));
    });
}

pub fn kill_drops_the_running_handler_and_notifies_its_caller(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        let running =
            actor_core::spawn_task(probe.hold(arrived.clone(), gate.clone()).into_owned());
        arrived.pass().await;
        let queued = actor_core::spawn_task(probe.ping().into_owned());
        while probe.len() < 1 {
            futures_lite::future::yield_now().await;
        }
        probe.kill();
        assert_eq!(running.await, Err(CallError::Killed));
        assert_eq!(queued.await, Err(CallError::Stopped));
        assert_eq!(probe.join().await, Exit::Killed);
        gate.open();
        assert_eq!(diary.lines(), ["a: handler over", "a: state dropped"]);
    });
}

pub fn kill_lets_a_sync_handler_return_and_skips_the_next(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        let kill = step(|me, context| {
            context.address().note("queued").try_send().unwrap();
            context.address().kill();
            me.write("returned");
        });
        assert_eq!(probe.run(kill).await, Ok(()));
        assert_eq!(probe.join().await, Exit::Killed);
        assert_eq!(diary.lines(), ["a: returned", "a: state dropped"]);
    });
}

pub fn kill_before_the_first_run_notifies_all(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let watcher = Probe::new("w", &diary).spawn();
        let spawn_and_kill = step(|me, context| {
            let doomed = Probe::new("doomed", &me.diary).spawn();
            context.monitor(&doomed, |me, exit| me.gone(exit));
            context.link(&doomed);
            let (joined, diary) = (doomed.join(), me.diary.clone());
            context
                .spawn_task(async move { diary.note(format!("joined {}", joined.await)) })
                .detach();
            doomed.kill();
        });
        watcher.run(spawn_and_kill).await.unwrap();
        while diary.lines().len() < 4 {
            futures_lite::future::yield_now().await;
        }
        for line in ["doomed: state dropped", "w: gone killed", "w: told killed", "joined killed"] {
            assert_eq!(diary.count(line), 1, "{line} in {:?}", diary.lines());
        }
    });
}

/// Kills itself in its guard: after a message is taken from the mailbox, before its handler begins.
#[actor]
struct KilledInGuard {
    own: WeakAddr<KilledInGuard>,
    handled: Tally,
}

#[actor]
impl KilledInGuard {
    #[message(when = self.kill())]
    async fn take(&mut self) {
        self.handled.add();
        std::future::pending::<()>().await;
        self.handled.add();
    }
}

impl KilledInGuard {
    fn kill(&self) -> bool {
        if let Some(own) = self.own.upgrade() {
            own.kill();
        }
        true
    }
}

pub fn a_message_taken_before_a_kill_is_handled_up_to_its_first_await(system: &System) {
    system.block_on(async {
        let handled = Tally::default();
        let handled_too = handled.clone();
        let actor = KilledInGuard::spawn_with(move |address| KilledInGuard {
            own: address.downgrade(),
            handled: handled_too,
        });
        actor.take().send().await.unwrap();
        actor.join().await;
        let reported = System::current().counters().undelivered;
        assert_eq!((handled.count(), reported), (1, 0), "handled once, or else reported");
    });
}

pub fn the_end_wakes_each_waiter(system: &System) {
    system.block_on(async {
        let probe = Probe::new("a", &Diary::default()).spawn();
        let waiting = Tally::default();
        let joins = [(); 3].map(|()| {
            let (mut join, begun) = (probe.join(), waiting.clone());
            actor_core::spawn_task(async move {
                assert!(futures_lite::future::poll_once(&mut join).await.is_none());
                begun.add();
                join.await
            })
        });
        waiting.reaches(3).await;
        settle().await;
        probe.stop();
        assert!(join_all(joins).await.iter().all(|exit| *exit == Exit::Stopped));
    });
}
