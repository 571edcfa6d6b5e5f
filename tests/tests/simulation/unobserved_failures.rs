//! An unobserved failure of any kind fails a test; a failure that was observed, expected or
//! planted does not.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::time::sleep;
use actor_core::{
    call::ReplyReceiver,
    simulation::{Fault, Sim},
    spawn_task,
    supervision::{Child, Supervisor},
    unblock,
};
use async_channel::Sender;
use futures_lite::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tests::Gate;

const A_WHILE: Duration = Duration::from_millis(50);

/// Panics at once, or after a while.
#[actor]
struct Bomb;

#[actor]
impl Bomb {
    fn boom(&self) {
        panic!("boom");
    }

    async fn late(&self) {
        sleep(Duration::from_millis(5)).await;
        panic!("late");
    }

    /// Panics after this many milliseconds, even if another handler has panicked in the meantime.
    #[message(concurrent)]
    async fn overlapping(&self, millis: u64) {
        sleep(Duration::from_millis(millis)).await;
        panic!("after {millis} ms");
    }

    fn link(&self, other: BombAddr, context: &Context<Self>) {
        context.link(&other);
    }

    /// Answers, and panics while it holds the replies of other calls. One of them reuses the memory of the
    /// first.
    async fn answered(&self, taken: Gate, others: Sender<ReplyReceiver<u32>>, reply: Reply<u32>) {
        reply.send(7).unwrap();
        taken.pass().await;
        let (_replies, answers): (Vec<_>, Vec<_>) = (0..64).map(|_| Reply::pair()).unzip();
        for answer in answers {
            others.try_send(answer).unwrap();
        }
        panic!("answered");
    }
}

/// Cannot start.
#[actor]
struct Stillborn;

#[actor]
impl Stillborn {
    #[on_start]
    fn begin(&self) -> Result<(), String> {
        Err("no database".into())
    }
}

/// A test with this body fails, and says so.
#[track_caller]
fn fails<U: Future<Output = ()>>(body: impl Fn(Sim) -> U, text: &str) {
    let said = said(AssertUnwindSafe(|| simulate(TestConfig::single_seed(), body)));
    assert!(said.contains("a failure was not observed"), "{said}");
    assert!(said.contains(text), "{said}");
}

#[test]
fn a_supervisor_that_gives_up_unobserved_fails_the_test() {
    let body = |_| async {
        let supervisor = Supervisor::one_for_one().intensity(0, A_WHILE).spawn();
        supervisor.start(Child::new("bomb", || Bomb)).boom().send().await.unwrap();
        sleep(A_WHILE).await;
        assert!(!supervisor.is_alive());
    };
    fails(body, "supervisor#1 failed: ");
}

#[test]
fn a_pool_that_gives_up_unobserved_fails_the_test() {
    let body = |_| async {
        let pool = Bomb::pool(2, || Bomb);
        for _ in 0..8 {
            pool.boom().send().await.unwrap();
        }
        sleep(A_WHILE).await;
        assert!(!pool.is_alive());
    };
    fails(body, "failed: more than");
}

#[test]
fn an_actor_that_never_starts_unobserved_fails_the_test() {
    let body = |_| async {
        Stillborn.spawn();
    };
    fails(body, "stillborn#1 failed in `on_start`: no database");
}

#[test]
fn a_handler_that_panics_when_its_caller_has_left_fails_the_test() {
    let body = |_| async {
        let bomb = Bomb.spawn();
        assert!(bomb.late().timeout(Duration::from_millis(1)).await.is_err());
        sleep(A_WHILE).await;
        assert!(!bomb.is_alive());
    };
    fails(body, "bomb#1 failed in `late`: late");
}

#[test]
fn a_caller_that_leaves_before_it_looks_at_the_answer_has_observed_nothing() {
    let body = |sim: Sim| async move {
        let mut call = Bomb.spawn().boom().into_owned();
        assert!(futures_lite::future::poll_once(&mut call).await.is_none());
        sim.settle().await;
        drop(call);
    };
    fails(body, "bomb#1 failed in `boom`: boom");
}

/// The joiner gets the first panic as the exit. Only the caller of the other handler could observe the second one.
#[test]
fn a_second_panic_of_overlapping_handlers_is_not_observed_by_a_joiner() {
    let body = |_| async {
        let bomb = Bomb.spawn();
        bomb.overlapping(5).send().await.unwrap();
        bomb.overlapping(6).send().await.unwrap();
        let Exit::Failed(failure) = bomb.join().await else { panic!("the bomb has not failed") };
        assert_eq!(failure.message(), "after 5 ms");
    };
    let text = "incident: bomb#1 failed in `overlapping`: after 6 ms";
    fails(body, text);
    fails(body, "; this is not the exit of the actor");
}

#[actor_core::test(seeds = 20)]
async fn a_second_panic_of_overlapping_handlers_is_observed_by_its_caller() {
    let bomb = Bomb.spawn();
    bomb.overlapping(5).send().await.unwrap();
    let second = spawn_task(bomb.overlapping(6).into_owned());
    assert!(matches!(bomb.join().await, Exit::Failed(_)));
    assert!(matches!(second.await, Err(CallError::Panicked(_))));
}

#[test]
fn the_panic_of_a_handler_that_has_answered_is_observed_by_no_other_call() {
    let body = |sim: Sim| async move {
        let (others, given) = async_channel::unbounded();
        let taken = Gate::new();
        assert_eq!(Bomb.spawn().answered(taken.clone(), others).await, Ok(7));
        taken.open();
        sim.settle().await;
        while let Ok(answer) = given.recv().await {
            assert_eq!(answer.await, Err(CallError::NoReply));
        }
    };
    fails(body, "bomb#1 failed in `answered`: answered");
}

#[test]
fn a_detached_task_that_panics_fails_the_test_blocking_code_too() {
    let task = |sim: Sim| async move {
        spawn_task(async { panic!("in a task") }).detach();
        sim.settle().await;
    };
    fails(task, "task 1 failed: in a task");
    let blocking = |sim: Sim| async move {
        unblock(|| panic!("in blocking code")).detach();
        sim.settle().await;
    };
    fails(blocking, "task 1 failed: in blocking code");
}

#[test]
fn an_actor_that_dies_unobserved_of_a_link_fails_the_test() {
    let body = |sim: Sim| async move {
        let (one, two) = (Bomb.spawn(), Bomb.spawn());
        two.link(one.clone()).await.unwrap();
        assert!(one.boom().await.is_err());
        sim.settle().await;
        assert!(!two.is_alive());
    };
    fails(body, "bomb#2 failed: linked actor");
}

#[actor_core::test(seeds = 20)]
async fn a_panic_of_a_task_that_its_awaiter_has_seen_is_observed() {
    let panics = [spawn_task(async { panic!("mine") }), unblock(|| panic!("mine"))];
    for panics in panics {
        assert!(AssertUnwindSafe(panics).catch_unwind().await.is_err());
    }
}

#[actor_core::test(seeds = 20)]
async fn a_failure_of_a_task_can_be_expected(sim: Sim) {
    sim.expect_failure(|failure| failure.actor() == "task 1" && failure.message() == "mine");
    spawn_task(async { panic!("mine") }).detach();
    sim.settle().await;
}

#[actor_core::test(seeds = 20)]
async fn an_expected_failure_of_a_task_may_be_observed_too(sim: Sim) {
    sim.expect_failure(|_| true);
    assert!(AssertUnwindSafe(spawn_task(async { panic!("mine") })).catch_unwind().await.is_err());
}

#[actor_core::test(seeds = 20)]
async fn a_failure_on_which_a_supervisor_decides_can_be_expected(sim: Sim) {
    sim.expect_failure(|failure| failure.message() == "boom");
    let supervisor = Supervisor::one_for_one().spawn();
    supervisor.start(Child::new("bomb", || Bomb)).boom().send().await.unwrap();
    sim.settle().await;
    supervisor.stop();
}

#[actor_core::test(seeds = 20)]
async fn a_link_failure_by_a_planted_panic_or_a_kill_needs_no_observer(sim: Sim) {
    for is_killed in [false, true] {
        let (one, two) = (Bomb.spawn(), Bomb.spawn());
        two.link(one.clone()).await.unwrap();
        sim.fault(&one, Fault::panic());
        if is_killed {
            one.kill();
        } else {
            one.boom().send().await.unwrap();
        }
        sim.settle().await;
        assert!(!two.is_alive());
    }
}
