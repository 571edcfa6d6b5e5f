//! What a restart keeps, and what it loses.

use crate::support::{LONG, child, fail, fail_aloud, patient, planned, stop, until, until_all};
use actor_core::future::{join_all, yield_now, zip};
use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Restart, Supervisor};
use std::time::Duration;
use tests::probe::{Diary, ProbeAddr, settle, step};
use tests::{Gate, Tally};

/// Long enough to be seen waiting, even on a busy machine.
const AWHILE: Duration = Duration::from_millis(300);

fn waiting(delay: Duration) -> Supervisor {
    patient(Supervisor::one_for_one()).backoff(Backoff::exponential(delay, delay))
}

/// Holds the actor in a handler until the gate is opened.
async fn holding(actor: &ProbeAddr) -> Gate {
    let (arrived, gate) = (Gate::new(), Gate::new());
    actor.hold(arrived.clone(), gate.clone()).send().await.unwrap();
    arrived.pass().await;
    gate
}

pub fn two_poisons_in_a_row_lose_exactly_two_messages(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let child = supervisor.start(child("c", &diary));
        let gate = holding(&child).await;
        let poison = || child.run(step(|_, _| planned()));
        let calls = [child.note("a"), poison(), poison(), child.note("b"), child.note("c")];
        let (answers, ()) = zip(join_all(calls), async { gate.open() }).await;
        assert_eq!((&answers[0], &answers[3], &answers[4]), (&Ok(()), &Ok(()), &Ok(())));
        for answer in &answers[1..3] {
            assert!(matches!(answer, Err(CallError::Panicked(_))), "{answer:?}");
        }
        assert_eq!(diary.count("c: made"), 3);
        diary.assert_order(&["c: held", "c: a", "c: b", "c: c"]);
        assert_eq!(supervisor.children().await.unwrap()[0].restarts, 2);
        stop(&supervisor).await;
    });
}

pub fn messages_sent_during_backoff_are_kept_and_pending_calls_answered(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = waiting(AWHILE).spawn();
        let child = supervisor.start(child("c", &diary));
        let gate = holding(&child).await;
        // One is queued before the failure, one waits behind it, and one arrives during the
        // backoff.
        let poison = child.run(step(|_, _| planned()));
        let calls = join_all([child.note("before"), poison, child.note("behind")]);
        let later = async {
            gate.open();
            until_all(&supervisor, false).await;
            assert_eq!(diary.count("c: made"), 1);
            child.note("during").await
        };
        let (answers, later) = zip(calls, later).await;
        assert!(matches!(&answers[..], [Ok(()), Err(CallError::Panicked(_)), Ok(())]));
        assert_eq!((later, diary.count("c: made")), (Ok(()), 2));
        diary.assert_order(&["c: before", "c: behind", "c: during"]);
        stop(&supervisor).await;
    });
}

pub fn address_id_and_name_stay_valid(system: &System) {
    system.block_on(async {
        let supervisor = waiting(AWHILE).spawn();
        let child = supervisor.start(child("c", &Diary::default()));
        child.register("held").unwrap();
        let (id, weak) = (child.id(), child.downgrade());
        for _ in 0..3 {
            fail(&child).await;
            until_all(&supervisor, false).await;
            assert!(child.is_alive() && weak.is_alive());
            assert_eq!((ProbeAddr::lookup("held"), child.id()), (Some(child.clone()), id));
            assert_eq!(weak.upgrade(), Some(child.clone()));
            assert_eq!(ProbeAddr::lookup("held").unwrap().ping().await, Ok(()));
        }
        stop(&supervisor).await;
        assert_eq!((ProbeAddr::lookup("held"), weak.upgrade()), (None, None));
    });
}

pub fn a_mailbox_that_is_full_during_backoff_makes_senders_wait(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = waiting(AWHILE).spawn();
        let child = supervisor.start(child("c", &diary));
        fail(&child).await;
        until_all(&supervisor, false).await;
        let room = child.capacity().unwrap();
        for _ in 0..room {
            child.note("queued").try_send().unwrap();
        }
        let error = child.note("more").try_send().unwrap_err();
        assert_eq!((error.reason(), child.len()), (SendReason::Full, room));
        let (first, second) = (child.note("first").send(), child.note("second").send());
        let (first, second) = zip(first, second).await;
        assert!(first.is_ok() && second.is_ok());
        child.ping().await.unwrap();
        assert_eq!((diary.count("c: queued"), diary.count("c: made")), (room, 2));
        diary.assert_order(&["c: first", "c: second"]);
        stop(&supervisor).await;
    });
}

pub fn a_kill_during_backoff_ends_the_child_for_good(system: &System) {
    system.block_on(async {
        let strategies =
            [Supervisor::one_for_one, Supervisor::one_for_all, Supervisor::rest_for_one];
        for strategy in strategies {
            let diary = Diary::default();
            let backoff = Backoff::exponential(LONG, LONG);
            let supervisor = patient(strategy()).backoff(backoff).spawn();
            let child = supervisor.start(child("c", &diary));
            fail(&child).await;
            until_all(&supervisor, false).await;
            let (answer, exit) = zip(child.note("queued"), async {
                child.kill();
                child.join().await
            })
            .await;
            assert_eq!((answer, exit), (Err(CallError::Stopped), Exit::Killed));
            until(&supervisor, <[_]>::is_empty).await;
            assert_eq!((diary.count("c: made"), diary.count("c: queued")), (1, 0));
            stop(&supervisor).await;
        }
    });
}

pub fn a_kill_during_the_backoff_of_a_group_ends_that_sibling_alone(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = patient(Supervisor::one_for_all())
            .backoff(Backoff::exponential(AWHILE, AWHILE))
            .spawn();
        let [cause, sibling] =
            ["cause", "sibling"].map(|name| supervisor.start(child(name, &diary)));
        sibling.ping().await.unwrap();
        fail(&cause).await;
        until_all(&supervisor, false).await;
        sibling.kill();
        assert_eq!(sibling.join().await, Exit::Killed);
        assert_eq!(cause.ping().await, Ok(()));
        assert_eq!((diary.count("cause: made"), diary.count("sibling: made")), (2, 1));
        stop(&supervisor).await;
    });
}

pub fn kills_without_a_backoff_never_end_a_permanent_child(system: &System) {
    system.block_on(async {
        let supervisor = patient(Supervisor::one_for_one()).spawn();
        let child = supervisor.start(child("c", &Diary::default()));
        for round in 0..300 {
            // Some of them find the child between two lives.
            child.kill();
            if round % 3 == 0 {
                yield_now().await;
            }
            child.kill();
        }
        assert_eq!(child.ping().await, Ok(()));
        stop(&supervisor).await;
    });
}

pub fn a_stop_during_backoff_ends_for_good(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = waiting(LONG).spawn();
        let child = supervisor.start(child("c", &diary));
        fail(&child).await;
        until_all(&supervisor, false).await;
        let queued = child.note("queued");
        let (answer, exit) = zip(queued, async {
            child.stop();
            child.join().await
        })
        .await;
        assert_eq!((answer, exit), (Err(CallError::Stopped), Exit::Stopped));
        until(&supervisor, <[_]>::is_empty).await;
        assert_eq!((diary.count("c: made"), diary.count("c: queued")), (1, 0));
        stop(&supervisor).await;
    });
}

pub fn a_stop_that_races_with_the_end_of_a_life_is_not_lost(system: &System) {
    system.block_on(async {
        let supervisor = waiting(LONG).spawn();
        for _ in 0..500 {
            let child = supervisor.start(child("c", &Diary::default()));
            // The caller gets the panic while the life is still ending.
            fail(&child).await;
            child.stop();
            let exit = child.join().await;
            assert!(matches!(exit, Exit::Stopped | Exit::Failed(_)), "{exit}");
        }
        stop(&supervisor).await;
    });
}

pub fn the_resources_of_a_life_end_with_it(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let child = supervisor.start(child("c", &diary));
        let dropped = Tally::default();
        let mark = dropped.mark();
        let make = step(move |me, context| {
            context.every(Duration::from_millis(1), |me| me.note("tick")).detach();
            context
                .spawn_task(async move {
                    let _mark = mark;
                    std::future::pending().await
                })
                .detach();
            context.spawn_child(tests::probe::Probe::new("leaf", &me.diary));
        });
        child.run(make).await.unwrap();
        while diary.count("c: tick") == 0 {
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
        fail_aloud(&child).await;
        child.note("next").await.unwrap();
        assert_eq!((dropped.count(), diary.count("c: made")), (1, 2));
        diary.assert_order(&[
            "leaf: on_stop stopped",
            "leaf: state dropped",
            "c: on_stop planned",
            "c: state dropped",
            "c: next",
        ]);
        let ticks = diary.count("c: tick");
        actor_core::time::sleep(Duration::from_millis(20)).await;
        child.ping().await.unwrap();
        assert_eq!(diary.count("c: tick"), ticks);
        stop(&supervisor).await;
    });
}

/// Stops itself in its last hook, and hands itself out in a last message.
#[actor]
struct Leaver {
    lives: Tally,
}

#[actor]
impl Leaver {
    #[on_start]
    fn begin(&mut self) {
        self.lives.add();
    }

    fn poison(&self) {
        planned();
    }

    fn ping(&self) {}

    #[message(last)]
    fn take(self) -> usize {
        self.lives.count()
    }

    #[on_stop]
    fn last(&mut self, _exit: &Exit, context: &Context<Self>) {
        context.stop();
    }
}

fn leaver(lives: &Tally) -> Child<Leaver> {
    let lives = lives.clone();
    Child::new("leaver", move || Leaver { lives: lives.clone() })
}

pub fn stop_in_a_last_hook_does_not_end_the_next_life(system: &System) {
    system.block_on(async {
        let lives = Tally::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let leaver = supervisor.start(leaver(&lives));
        for _ in 0..3 {
            assert!(matches!(leaver.poison().await, Err(CallError::Panicked(_))));
            assert_eq!(leaver.ping().await, Ok(()));
        }
        settle().await;
        assert_eq!(leaver.ping().await, Ok(()));
        assert_eq!((lives.count(), supervisor.children().await.unwrap()[0].restarts), (4, 3));
        stop(&supervisor).await;
    });
}

pub fn a_self_handler_ends_the_life_and_leaves_the_queue_to_the_next(system: &System) {
    system.block_on(async {
        let lives = Tally::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let permanent = supervisor.start(leaver(&lives));
        let (taken, ping) = zip(permanent.take(), permanent.ping()).await;
        assert_eq!((taken, ping, lives.count()), (Ok(1), Ok(()), 2));
        let transient = supervisor.start(leaver(&lives).restart(Restart::Transient));
        let (taken, ping) = zip(transient.take(), transient.ping()).await;
        assert_eq!((taken, ping), (Ok(3), Err(CallError::Stopped)));
        assert_eq!(transient.join().await, Exit::Stopped);
        stop(&supervisor).await;
    });
}
