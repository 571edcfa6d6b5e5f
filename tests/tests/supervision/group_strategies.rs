//! `one_for_all` and `rest_for_one`: children that are ended and started again together.

use crate::support::{LONG, child, fail, fail_aloud, patient, planned, stop, until, until_all};
use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Restart, Supervisor, SupervisorAddr};
use std::time::Duration;
use tests::Gate;
use tests::probe::{Diary, ProbeAddr, settle, step};

async fn three(supervisor: &SupervisorAddr, diary: &Diary) -> [ProbeAddr; 3] {
    let actors = ["a", "b", "c"].map(|name| supervisor.start(child(name, diary)));
    for actor in &actors {
        actor.ping().await.unwrap();
    }
    actors
}

async fn holding(actor: &ProbeAddr) -> Gate {
    let (arrived, gate) = (Gate::new(), Gate::new());
    actor.hold(arrived.clone(), gate.clone()).send().await.unwrap();
    arrived.pass().await;
    gate
}

/// Waits until each of them has had this many lives.
async fn lives(diary: &Diary, names: &[&str], wanted: usize) {
    while names.iter().any(|name| diary.count(&format!("{name}: made")) < wanted) {
        actor_core::time::sleep(Duration::from_millis(1)).await;
    }
}

pub fn a_group_ends_in_reverse_order_and_starts_in_order(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_all().spawn();
        let [_a, b, _c] = three(&supervisor, &diary).await;
        let first_lives = diary.lines().len();
        fail_aloud(&b).await;
        lives(&diary, &["a", "b", "c"], 2).await;
        let wanted = [
            "b: on_stop planned",
            "b: state dropped",
            "c: on_stop stopped",
            "c: state dropped",
            "a: on_stop stopped",
            "a: state dropped",
        ];
        let lines = &diary.lines()[first_lives..];
        assert_eq!(lines[..wanted.len()], wanted);
        // They are started in order; which factory runs first depends on the workers.
        let told = supervisor.children().await.unwrap();
        assert!(told.iter().all(|child| child.restarts == 1 && child.is_running), "{told:?}");
        stop(&supervisor).await;
    });
}

pub fn siblings_do_not_drain_and_their_queues_are_kept(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_all().spawn();
        let [a, b, c] = three(&supervisor, &diary).await;
        let (at_a, at_c) = (holding(&a).await, holding(&c).await);
        let calls = join_all([a.note("1"), c.note("1"), a.note("2"), c.note("2")]);
        let (answers, ()) = zip(calls, async {
            fail(&b).await;
            // By now the last child has been asked to end its life, before its gate opens.
            until(&supervisor, |all| !all[1].is_running).await;
            settle().await;
            // The running handlers are allowed to finish.
            assert_eq!((diary.count("c: held"), diary.count("a: state dropped")), (0, 0));
            at_c.open();
            // The first of them is stopped when the last has ended.
            until(&supervisor, |all| !all[2].is_running).await;
            at_a.open();
        })
        .await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        diary.assert_order(&["c: held", "c: on_stop stopped", "c: 1", "c: 2"]);
        diary.assert_order(&["a: held", "a: on_stop stopped", "a: 1", "a: 2"]);
        assert_eq!((diary.count("a: made"), diary.count("c: made")), (2, 2));
        stop(&supervisor).await;
    });
}

pub fn rest_for_one_does_not_restart_earlier_siblings(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = patient(Supervisor::rest_for_one()).spawn();
        let [a, b, c] = three(&supervisor, &diary).await;
        for (failing, wanted) in [(&c, [1, 1, 2]), (&b, [1, 2, 3]), (&a, [2, 3, 4])] {
            fail(failing).await;
            lives(&diary, &["c"], wanted[2]).await;
            for actor in [&a, &b, &c] {
                actor.ping().await.unwrap();
            }
            let made = ["a: made", "b: made", "c: made"].map(|line| diary.count(line));
            assert_eq!(made, wanted);
        }
        stop(&supervisor).await;
    });
}

pub fn a_temporary_sibling_ends_for_good(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_all().spawn();
        let first = supervisor.start(child("first", &diary).restart(Restart::Temporary));
        let transient = supervisor.start(child("transient", &diary).restart(Restart::Transient));
        let cause = supervisor.start(child("cause", &diary));
        let last = supervisor.start(child("last", &diary).restart(Restart::Temporary));
        // A life that is ended before it has started has created no state.
        for child in [&first, &transient, &last] {
            child.ping().await.unwrap();
        }
        fail(&cause).await;
        assert_eq!((first.join().await, last.join().await), (Exit::Stopped, Exit::Stopped));
        assert_eq!((transient.ping().await, cause.ping().await), (Ok(()), Ok(())));
        lives(&diary, &["transient", "cause"], 2).await;
        until(&supervisor, |all| all.len() == 2).await;
        assert_eq!((diary.count("first: made"), diary.count("last: made")), (1, 1));
        // The group knows its new first: another restart works as well.
        fail(&cause).await;
        lives(&diary, &["transient", "cause"], 3).await;
        stop(&supervisor).await;
    });
}

/// Panics when the gate opens.
#[actor]
struct Fuse;

#[actor]
impl Fuse {
    async fn burn(&mut self, arrived: Gate, gate: Gate) {
        arrived.open();
        gate.pass().await;
        planned()
    }

    fn ping(&self) {}
}

pub fn a_failure_of_a_sibling_meanwhile_is_not_counted_again(system: &System) {
    system.block_on(async {
        // One restart is allowed, and there is one.
        let supervisor = Supervisor::one_for_all().intensity(1, LONG).spawn();
        let fuse = supervisor.start(Child::new("fuse", || Fuse));
        let cause = supervisor.start(child("cause", &Diary::default()));
        let (arrived, gate) = (Gate::new(), Gate::new());
        let burning = fuse.burn(arrived.clone(), gate.clone());
        let (answer, ()) = zip(burning, async {
            arrived.pass().await;
            fail(&cause).await;
            until(&supervisor, |all| !all[1].is_running).await;
            gate.open();
        })
        .await;
        assert!(matches!(answer, Err(CallError::Panicked(_))), "{answer:?}");
        assert_eq!((fuse.ping().await, cause.ping().await), (Ok(()), Ok(())));
        let told = supervisor.children().await.unwrap();
        assert!(told.iter().all(|child| child.restarts == 1), "{told:?}");
        stop(&supervisor).await;
    });
}

pub fn a_sibling_that_does_not_end_in_time_is_killed_and_restarted(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_all().spawn();
        let short = Duration::from_millis(20);
        let stuck = supervisor.start(child("stuck", &diary).shutdown(short));
        let once = child("once", &diary).shutdown(short).restart(Restart::Temporary);
        let once = supervisor.start(once);
        let cause = supervisor.start(child("cause", &diary));
        let (arrived, never) = (Gate::new(), Gate::new());
        let call = stuck.hold(arrived.clone(), never.clone());
        let _never_opened = holding(&once).await;
        let (answer, ()) = zip(call, async {
            arrived.pass().await;
            fail(&cause).await;
        })
        .await;
        assert_eq!((answer, once.join().await), (Err(CallError::Killed), Exit::Killed));
        assert_eq!((stuck.ping().await, cause.ping().await), (Ok(()), Ok(())));
        assert_eq!((diary.count("stuck: made"), diary.count("stuck: held")), (2, 0));
        stop(&supervisor).await;
    });
}

pub fn a_child_started_while_a_group_restarts_is_left_alone(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_all().spawn();
        let [a, b, _c] = three(&supervisor, &diary).await;
        let gate = holding(&a).await;
        fail(&b).await;
        until(&supervisor, |all| !all[1].is_running && !all[2].is_running).await;
        let late = supervisor.start(child("late", &diary).restart(Restart::Temporary));
        late.note("kept").try_send().unwrap();
        supervisor.children().await.unwrap();
        gate.open();
        assert_eq!((late.ping().await, a.ping().await), (Ok(()), Ok(())));
        assert_eq!((diary.count("late: made"), diary.count("late: kept")), (1, 1));
        assert_eq!(diary.count("a: made"), 2);
        stop(&supervisor).await;
    });
}

pub fn the_cause_stopped_in_its_backoff_does_not_hold_up_the_others(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor =
            Supervisor::one_for_all().backoff(Backoff::exponential(LONG, LONG)).spawn();
        let [a, b, c] = three(&supervisor, &diary).await;
        fail(&b).await;
        until_all(&supervisor, false).await;
        supervisor.stop_child(&b);
        assert_eq!(b.join().await, Exit::Stopped);
        assert_eq!((a.ping().await, c.ping().await), (Ok(()), Ok(())));
        until(&supervisor, |all| all.len() == 2).await;
        stop(&supervisor).await;
    });
}

pub fn a_child_started_while_a_group_restarts_outlives_the_whole_group(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor =
            Supervisor::one_for_all().backoff(Backoff::exponential(LONG, LONG)).spawn();
        let [a, b, c] = three(&supervisor, &diary).await;
        fail(&b).await;
        until_all(&supervisor, false).await;
        let late = supervisor.start(child("late", &diary));
        // The cause is the last one, because its end lets the others start.
        for actor in [a, c, b] {
            supervisor.stop_child(&actor);
            assert_eq!(actor.join().await, Exit::Stopped);
        }
        assert_eq!(late.ping().await, Ok(()));
        fail(&late).await;
        until(&supervisor, |all| all.len() == 1 && !all[0].is_running).await;
        stop(&supervisor).await;
    });
}

pub fn an_end_ordered_while_a_life_ends_does_not_end_the_next(system: &System) {
    system.block_on(async {
        for _ in 0..50 {
            let diary = Diary::default();
            let supervisor = patient(Supervisor::one_for_all()).spawn();
            let [a, b, c] = three(&supervisor, &diary).await;
            // All three fail at about the same time: some are stopped while they are ending.
            let poison = |actor: &ProbeAddr| actor.run(step(|_, _| planned())).into_owned();
            let answers = join_all([&a, &b, &c].map(poison)).await;
            assert!(answers.iter().all(|answer| matches!(answer, Err(CallError::Panicked(_)))));
            for actor in [&a, &b, &c] {
                actor.ping().await.unwrap();
            }
            until_all(&supervisor, true).await;
            settle().await;
            let told = supervisor.children().await.unwrap();
            let restarts: Vec<_> = told.iter().map(|child| child.restarts).collect();
            // At most one restart for each failure, and the same number for all children, which are
            // restarted together.
            assert!((1..=3).contains(&restarts[0]) && restarts == [restarts[0]; 3], "{restarts:?}");
            stop(&supervisor).await;
        }
    });
}

/// Takes a while to stop.
#[actor]
struct Slow {
    stopping: Gate,
}

#[actor]
impl Slow {
    #[on_stop]
    async fn end(&mut self, _exit: &Exit) {
        self.stopping.open();
        actor_core::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn a_life_told_to_end_while_waiting_for_children_does_not_busy_loop(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = patient(Supervisor::one_for_all()).spawn();
        let [a, b, _c] = three(&supervisor, &diary).await;
        let stopping = Gate::new();
        let slow = Slow { stopping: stopping.clone() };
        let adopt = step(move |_, context| {
            context.spawn_child(slow);
        });
        a.run(adopt).await.unwrap();
        fail(&a).await;
        stopping.pass().await;
        // `a` still waits for its child. In a simulation, time passes only while no actor runs.
        fail(&b).await;
        lives(&diary, &["a", "b", "c"], 2).await;
        stop(&supervisor).await;
    });
}

/// Two children of `supervisor` that fail before it handles the first failure.
async fn two_that_fail_at_once(supervisor: &SupervisorAddr, diary: &Diary) -> [ProbeAddr; 2] {
    let actors = ["a", "b"].map(|name| supervisor.start(child(name, diary)));
    for actor in &actors {
        actor.ping().await.unwrap();
    }
    let fail = |actor: &ProbeAddr| actor.run(step(|_, _| planned())).into_owned();
    for answer in join_all(actors.iter().map(fail)).await {
        assert!(matches!(answer, Err(CallError::Panicked(_))), "{answer:?}");
    }
    actors
}

#[test]
fn a_supervisor_that_gives_up_fails_once() {
    for seed in 0..64 {
        let system = System::simulation(seed);
        system.block_on(async {
            let supervisor = Supervisor::one_for_one().intensity(0, LONG).spawn();
            let end = actor_core::spawn_task(supervisor.join());
            two_that_fail_at_once(&supervisor, &Diary::default()).await;
            assert!(matches!(end.await, Exit::Failed(_)));
            assert_eq!(system.counters().suppressed_panics, 0, "with seed {seed}");
        });
    }
}

#[test]
fn a_sibling_in_its_own_backoff_waits_for_the_group() {
    System::simulation(1).block_on(async {
        let diary = Diary::default();
        let second = Duration::from_secs(1);
        let backoff = Backoff::exponential(second, second).jitter(0.0);
        let supervisor = patient(Supervisor::rest_for_one().backoff(backoff)).spawn();
        let [a, b, _] = three(&supervisor, &diary).await;
        let begun = actor_core::time::now();
        fail(&b).await;
        actor_core::time::sleep(second / 2).await;
        fail(&a).await;
        b.ping().await.unwrap();
        assert!(actor_core::time::now() - begun >= second * 3 / 2);
        stop(&supervisor).await;
    });
}
