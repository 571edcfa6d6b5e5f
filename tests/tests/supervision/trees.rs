//! Supervision trees: which actors end when a supervisor does, in which order, and what is rebuilt.

use crate::support::{LONG, child, fail, fail_aloud, patient, planned, stop, until, until_all};
use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Restart, Supervisor, SupervisorAddr};
use actor_core::time::now;
use std::time::Duration;
use tests::probe::{Diary, Probe, ProbeAddr, settle};
use tests::{Gate, Tally};

fn waiting() -> Supervisor {
    patient(Supervisor::one_for_one()).backoff(Backoff::exponential(LONG, LONG))
}

async fn holding(actor: &ProbeAddr) -> Gate {
    let (arrived, gate) = (Gate::new(), Gate::new());
    actor.hold(arrived.clone(), gate.clone()).send().await.unwrap();
    arrived.pass().await;
    gate
}

/// A supervisor with a child that waits for its next life and one that runs.
async fn half_down(diary: &Diary) -> (SupervisorAddr, ProbeAddr, ProbeAddr) {
    let supervisor = waiting().spawn();
    let down = supervisor.start(child("down", diary));
    let up = supervisor.start(child("up", diary));
    fail(&down).await;
    until(&supervisor, |all| !all[0].is_running).await;
    (supervisor, down, up)
}

pub fn no_actor_is_left_when_a_supervisor_is_killed_during_backoff(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let (supervisor, down, up) = half_down(&diary).await;
        supervisor.kill();
        for exit in [supervisor.join().await, up.join().await, down.join().await] {
            assert_eq!(exit, Exit::Killed);
        }
        assert_eq!(down.ping().await, Err(CallError::Stopped));
        assert_eq!(diary.count("down: made"), 1);
    });
}

pub fn no_actor_is_left_when_a_supervisor_is_stopped_during_backoff(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let (supervisor, down, up) = half_down(&diary).await;
        stop(&supervisor).await;
        assert_eq!((up.join().await, down.join().await), (Exit::Stopped, Exit::Stopped));
        assert_eq!(diary.count("down: made"), 1);
    });
}

pub fn no_actor_is_left_when_a_supervisor_is_killed_while_a_state_is_created(system: &System) {
    system.block_on(async {
        let (begun, dropped, never) = (Tally::default(), Tally::default(), Gate::new());
        let supervisor = Supervisor::one_for_one().spawn();
        let (counted, marks, gate) = (begun.clone(), dropped.clone(), never.clone());
        let unborn = supervisor.start(Child::with("unborn", move |_me| {
            counted.add();
            let (mark, gate) = (marks.mark(), gate.clone());
            async move {
                let _mark = mark;
                gate.pass().await;
                Ok::<_, String>(Probe::new("unborn", &Diary::default()))
            }
        }));
        begun.reaches(1).await;
        settle().await;
        supervisor.kill();
        assert_eq!((unborn.join().await, supervisor.join().await), (Exit::Killed, Exit::Killed));
        assert_eq!((begun.count(), dropped.count(), never.is_open()), (1, 1, false));
    });
}

pub fn no_actor_is_left_when_a_supervisor_is_killed_while_a_group_restarts(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_all().spawn();
        let stuck = supervisor.start(child("stuck", &diary).shutdown(LONG));
        let cause = supervisor.start(child("cause", &diary));
        let last = supervisor.start(child("last", &diary));
        let _never_opened = holding(&stuck).await;
        last.ping().await.unwrap();
        fail(&cause).await;
        until(&supervisor, |all| !all[1].is_running && !all[2].is_running).await;
        supervisor.kill();
        for actor in [stuck, cause, last] {
            assert_eq!(actor.join().await, Exit::Killed);
        }
        assert_eq!(supervisor.join().await, Exit::Killed);
        let made = ["stuck: made", "cause: made", "last: made"].map(|line| diary.count(line));
        assert_eq!(made, [1, 1, 1]);
    });
}

/// Builds a supervisor with these, in each of its lives, and gives it out.
fn group(
    make: impl Fn() -> Supervisor + Send + Sync + 'static,
) -> (Child<Supervisor>, async_channel::Receiver<SupervisorAddr>) {
    let (give, given) = async_channel::unbounded();
    let make = std::sync::Arc::new(make);
    let group = Child::with("group", move |me: SupervisorAddr| {
        give.try_send(me).unwrap();
        let make = make.clone();
        async move { Ok::<_, String>(make()) }
    });
    (group, given)
}

pub fn a_supervisor_that_is_killed_and_restarted_leaves_none_of_its_old_children(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let lives = diary.clone();
        let (group, given) = group(move || waiting().child(child("inner", &lives)));
        let root = patient(Supervisor::one_for_one()).child(group).spawn();
        let group = given.recv().await.unwrap();
        // A child that is killed before its life has started has created no state.
        let inner_has_lived = async |lives: u32| {
            while diary.count("inner: made") < lives as usize {
                actor_core::time::sleep(Duration::from_millis(1)).await;
            }
        };
        for round in 1..=3 {
            inner_has_lived(round).await;
            let extra = group.start(child("extra", &diary));
            let down = group.start(child("down", &diary));
            extra.ping().await.unwrap();
            fail(&down).await;
            until(&group, |all| !all[2].is_running).await;
            group.kill();
            // Those that were started by hand end with that life, those of its builder come back.
            assert_eq!((down.join().await, extra.join().await), (Exit::Killed, Exit::Killed));
            until(&group, |all| all.len() == 1).await;
            until(&root, |all| all[0].restarts == round).await;
        }
        inner_has_lived(4).await;
        assert_eq!(diary.count("inner: made"), 4);
        stop(&root).await;
        assert_eq!(group.join().await, Exit::Stopped);
        assert_eq!(diary.count("inner: state dropped"), 4);
    });
}

pub fn a_supervisor_that_fails_while_a_child_restarts_leaves_no_actor(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = waiting().intensity(1, LONG).spawn();
        let down = supervisor.start(child("down", &diary));
        let other = supervisor.start(child("other", &diary));
        fail(&down).await;
        until(&supervisor, |all| !all[0].is_running).await;
        fail(&other).await;
        let Exit::Failed(failure) = supervisor.join().await else { panic!("it goes on") };
        assert_eq!(failure.kind(), FailureKind::Intensity);
        let cause = failure.cause().expect("the last failure is the cause");
        assert_eq!((down.join().await, &other.join().await), (Exit::Stopped, cause));
        assert_eq!((diary.count("down: made"), diary.count("other: made")), (1, 1));
    });
}

pub fn children_end_in_reverse_order_each_within_its_time(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor =
            Supervisor::one_for_one().child(child("1", &diary)).child(child("2", &diary)).spawn();
        let third = supervisor.start(child("3", &diary).shutdown(Duration::from_millis(20)));
        let fourth = supervisor.start(child("4", &diary));
        // A restart does not change the order.
        fail(&third).await;
        let (_never_opened, gate) = (holding(&third).await, holding(&fourth).await);
        fourth.note("queued").try_send().unwrap();
        let begun = now();
        supervisor.stop();
        settle().await;
        assert!(third.is_alive() && third.ping().if_room().timeout(Duration::ZERO).await.is_err());
        gate.open();
        assert_eq!(fourth.join().await, Exit::Stopped);
        assert_eq!((third.join().await, supervisor.join().await), (Exit::Killed, Exit::Stopped));
        assert!(now() - begun >= Duration::from_millis(20));
        diary.assert_order(&[
            "4: held",
            "4: queued",
            "4: on_stop stopped",
            "4: state dropped",
            "2: on_stop stopped",
            "2: state dropped",
            "1: on_stop stopped",
            "1: state dropped",
        ]);
        assert_eq!((diary.count("3: state dropped"), diary.count("3: on_stop stopped")), (2, 0));
    });
}

pub fn a_failure_beyond_the_intensity_goes_up_the_tree(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let (group, given) = group(|| Supervisor::one_for_one().intensity(0, LONG));
        let root = Supervisor::one_for_one().intensity(1, LONG).child(group).spawn();
        let group = given.recv().await.unwrap();
        fail(&group.start(child("first", &diary))).await;
        until(&root, |all| all[0].restarts == 1).await;
        assert_eq!(group.children().await.unwrap(), []);
        fail_aloud(&group.start(child("second", &diary))).await;
        let Exit::Failed(failure) = root.join().await else { panic!("it goes on") };
        let Some(Exit::Failed(inner)) = failure.cause() else { panic!("{failure:?}") };
        assert_eq!(
            (failure.kind(), inner.kind()),
            (FailureKind::Intensity, FailureKind::Intensity)
        );
        assert_eq!((inner.id(), inner.actor()), (group.id(), "group"));
        let Some(Exit::Failed(cause)) = inner.cause() else { panic!("{inner:?}") };
        assert_eq!((cause.kind(), cause.message()), (FailureKind::Panic, "planned"));
        assert_eq!(cause.actor(), "second");
        assert_eq!(Some(&group.join().await), failure.cause());
    });
}

pub fn a_tree_of_three_levels_is_rebuilt_from_the_top(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let leaves = diary.clone();
        let (middle, given) = group(move || {
            let leaves = leaves.clone();
            let lower = Child::new("lower", move || {
                Supervisor::one_for_all().child(child("x", &leaves)).child(child("y", &leaves))
            });
            Supervisor::one_for_one().child(lower)
        });
        let root = patient(Supervisor::one_for_one()).child(middle).spawn();
        let middle = given.recv().await.unwrap();
        for lives in 1..=5 {
            while diary.count("x: made") < lives || diary.count("y: made") < lives {
                futures_lite::future::yield_now().await;
            }
            until_all(&middle, true).await;
            if lives < 5 {
                middle.kill();
            }
        }
        stop(&root).await;
        for line in ["x: made", "y: made", "x: state dropped", "y: state dropped"] {
            assert_eq!(diary.count(line), 5, "{line}");
        }
    });
}

pub fn start_at_an_ended_supervisor_gives_an_ended_actor(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_one().spawn();
        supervisor.stop();
        let late = supervisor.start(child("late", &diary));
        assert_eq!(
            (late.join().await, late.ping().await),
            (Exit::Stopped, Err(CallError::Stopped))
        );
        assert_eq!(supervisor.join().await, Exit::Stopped);
        let later = supervisor.start(child("late", &diary));
        assert!(!later.is_alive());
        assert_eq!(diary.lines(), [""; 0]);
    });
}

pub fn a_supervisor_lives_without_an_address(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let child = supervisor.start(child("c", &Diary::default()));
        let weak = supervisor.downgrade();
        drop(supervisor);
        fail(&child).await;
        assert_eq!(child.ping().await, Ok(()));
        settle().await;
        let supervisor = weak.upgrade().expect("it lives until it is stopped");
        stop(&supervisor).await;
        assert_eq!(child.join().await, Exit::Stopped);
    });
}

pub fn a_child_added_during_a_backoff_of_its_supervisor_starts_with_the_next_life(system: &System) {
    system.block_on(async {
        let delay = Duration::from_millis(300);
        let (group, given) = group(|| Supervisor::one_for_one().intensity(0, LONG));
        let root =
            Supervisor::one_for_one().backoff(Backoff::exponential(delay, delay)).child(group);
        let root = root.spawn();
        let group = given.recv().await.unwrap();
        let failing: ProbeAddr = group
            .start(Child::new("failing", || -> Probe { planned() }).restart(Restart::Transient));
        until_all(&root, false).await;
        assert!(matches!(failing.join().await, Exit::Failed(_)));
        let late = group.start(child("late", &Diary::default()));
        assert_eq!(late.ping().await, Ok(()));
        assert_eq!(root.children().await.unwrap()[0].restarts, 1);
        stop(&root).await;
    });
}
