//! What fails a test in addition to its own assertions, and what does not.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{
    simulation::Sim,
    supervision::{Child, Supervisor},
};
use std::time::Duration;

#[actor]
struct Fragile;

#[actor]
impl Fragile {
    fn break_it(&self) {
        panic!("broken");
    }

    fn ping(&self) {}

    async fn for_ever(&self) {
        std::future::pending().await
    }
}

#[test]
fn an_unobserved_panic_fails() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            let fragile = Fragile.spawn();
            fragile.break_it().send().await.unwrap();
            sim.settle().await;
        });
    });
    assert!(said.contains("a failure was not observed"), "{said}");
    assert!(said.contains("fragile#1") && said.contains("broken"), "{said}");
}

#[actor_core::test(seeds = 20)]
async fn a_panic_that_its_caller_saw_is_handled() {
    assert!(matches!(Fragile.spawn().break_it().await, Err(CallError::Panicked(_))));
}

#[actor_core::test(seeds = 20)]
async fn a_panic_that_was_joined_is_handled_before_and_after(sim: Sim) {
    let (early, late) = (Fragile.spawn(), Fragile.spawn());
    let join = actor_core::spawn_task(early.join());
    early.break_it().send().await.unwrap();
    late.break_it().send().await.unwrap();
    sim.settle().await;
    assert!(matches!(join.await, Exit::Failed(_)));
    assert!(matches!(late.join().await, Exit::Failed(_)));
}

#[actor_core::test(seeds = 20)]
async fn a_panic_that_was_monitored_or_linked_is_handled(sim: Sim) {
    /// Is notified of two exits.
    #[actor]
    struct Watcher {
        heard: u32,
    }

    #[actor]
    impl Watcher {
        fn watch(&mut self, one: FragileAddr, two: FragileAddr, context: &Context<Self>) {
            context.monitor(&one, |me, _| me.gone());
            context.link(&two);
        }

        fn gone(&mut self) {
            self.heard += 1;
        }

        #[on_exit]
        fn linked(&mut self, _id: ActorId, _exit: Exit) {
            self.heard += 1;
        }

        fn heard(&self) -> u32 {
            self.heard
        }
    }

    let (one, two) = (Fragile.spawn(), Fragile.spawn());
    let watcher = Watcher { heard: 0 }.spawn();
    watcher.watch(one.clone(), two.clone()).await.unwrap();
    one.break_it().send().await.unwrap();
    two.break_it().send().await.unwrap();
    sim.settle().await;
    assert_eq!(watcher.heard().await, Ok(2));
}

#[actor_core::test(seeds = 20)]
async fn a_panic_that_a_supervisor_restarts_is_handled() {
    let supervisor = Supervisor::one_for_one().spawn();
    let fragile = supervisor.start(Child::new("fragile", || Fragile));
    fragile.break_it().send().await.unwrap();
    fragile.ping().await.unwrap();
    supervisor.stop();
    supervisor.join().await;
}

#[actor_core::test]
async fn a_panic_that_is_expected_is_handled(sim: Sim) {
    sim.expect_failure(|failure| failure.message() == "broken");
    Fragile.spawn().break_it().send().await.unwrap();
    sim.settle().await;
}

#[actor_core::test(seeds = 20)]
async fn an_expected_failure_may_be_observed_too(sim: Sim) {
    sim.expect_failure(|failure| failure.handler() == "break_it");
    assert!(matches!(Fragile.spawn().break_it().await, Err(CallError::Panicked(_))));
}

#[test]
fn an_expectation_that_panics_fails_the_test_with_its_text() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            sim.expect_failure(|failure| panic!("no idea about {}", failure.message()));
            Fragile.spawn().break_it().send().await.unwrap();
            sim.settle().await;
        });
    });
    assert!(said.contains("seed 1 fails"), "{said}");
    assert!(said.contains("no idea about broken"), "{said}");
    assert!(said.contains("what_fails_a_test.rs"), "it names the place: {said}");
}

#[test]
fn a_failure_that_is_expected_and_never_comes_fails() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            sim.expect_failure(|failure| failure.message() == "broken");
            sim.expect_failure(|failure| failure.message() == "mended");
            Fragile.spawn().break_it().send().await.unwrap();
            sim.settle().await;
        });
    });
    let line = said.lines().find(|line| line.starts_with("an expected failure did not occur"));
    let places = line.map(|line| line.matches("what_fails_a_test.rs:").count());
    assert_eq!(places, Some(1), "one of them came: {said}");
}

#[test]
fn a_panic_in_a_task_fails() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |sim: Sim| async move {
            actor_core::spawn_task(async { panic!("in a task") }).detach();
            sim.settle().await;
        });
    });
    assert!(said.contains("task 1 failed: in a task"), "{said}");
}

#[test]
fn a_leftover_actor_fails_and_is_listed_with_what_keeps_it() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            let fragile = Fragile.spawn();
            fragile.register("bank").unwrap();
            fragile.keep_alive();
        });
    });
    assert!(said.contains("the test left something behind"), "{said}");
    assert!(said.contains("bank is alive, kept by its name `bank` and"), "{said}");
}

#[test]
fn a_leftover_message_fails_and_is_listed() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            let fragile = Fragile.spawn();
            fragile.for_ever().send().await.unwrap();
            fragile.ping().send().await.unwrap();
        });
    });
    assert!(said.contains("fragile#1 is alive, kept by its running handler"), "{said}");
    assert!(said.contains("fragile#1 waits in `for_ever`"), "{said}");
    assert!(said.contains("fragile#1 has 1 messages waiting"), "{said}");
}

#[test]
fn a_leftover_task_and_its_timer_fail_and_are_listed() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            actor_core::spawn_task(actor_core::time::sleep(Duration::from_secs(9))).detach();
        });
    });
    assert!(said.contains("task 1 has not finished"), "{said}");
}

#[test]
fn a_leftover_timer_fails_and_is_listed() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            // It is kept but no longer polled.
            let mut sleep = actor_core::time::sleep(Duration::from_secs(9));
            assert!(futures_lite::future::poll_once(&mut sleep).await.is_none());
            std::mem::forget(sleep);
        });
    });
    assert!(said.contains("1 timers are pending, the first is due in 9s"), "{said}");
}

#[actor_core::test(leftovers)]
async fn leftovers_may_be_allowed() {
    Fragile.spawn().keep_alive();
}

#[actor_core::test(seeds = 20)]
async fn an_ending_actor_is_given_a_minute() {
    #[actor]
    struct Slow;

    #[actor]
    impl Slow {
        #[on_stop]
        async fn stopping(&mut self, _exit: &Exit) {
            actor_core::time::sleep(Duration::from_secs(59)).await;
        }
    }

    let slow = Slow.spawn();
    slow.keep_alive();
    slow.stop();
}

#[actor_core::test(seeds = 20)]
async fn an_actor_that_ends_with_its_handler_is_given_a_minute() {
    #[actor]
    struct Slow;

    #[actor]
    impl Slow {
        async fn work(&self) {
            actor_core::time::sleep(Duration::from_secs(59)).await;
        }
    }

    // No address is left when the body returns.
    Slow.spawn().work().send().await.unwrap();
}

#[test]
fn an_error_that_the_test_returns_fails_it() {
    let said = said(|| simulate(TestConfig::single_seed(), |_| async { Err::<(), _>("no luck") }));
    assert!(said.contains("the test returned Err(\"no luck\")"), "{said}");
}

#[test]
fn a_run_that_differs_from_the_first_fails_at_the_first_step_that_does() {
    let runs = std::sync::atomic::AtomicU32::new(0);
    let said = said(std::panic::AssertUnwindSafe(|| {
        simulate(TestConfig::single_seed(), |_| {
            let run = runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            async move {
                let fragile = Fragile.spawn();
                if run > 0 {
                    fragile.ping().await.unwrap();
                }
            }
        });
    }));
    assert!(said.contains("seed 1 led to two different runs"), "{said}");
    assert!(said.contains("step 1: first"), "{said}");
}

#[actor_core::test(real)]
async fn a_real_test_runs_on_threads() -> Result<(), CallError> {
    assert!(Sim::of(&System::current()).is_none());
    Fragile.spawn().ping().await
}

#[actor_core::test(seeds = 4)]
async fn a_test_may_return_a_result(sim: Sim) -> Result<(), CallError> {
    assert!(Sim::of(&System::current()).is_some() && sim.seed() > 0);
    Fragile.spawn().ping().await
}

#[test]
fn a_supervisor_that_was_not_stopped_is_listed_as_such() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            drop(Supervisor::one_for_one().child(Child::new("fragile", || Fragile)).spawn());
        });
    });
    assert!(
        said.contains("supervisor#1 is alive, because a supervisor lives until it is stopped"),
        "{said}"
    );
    assert!(said.contains("fragile is alive, kept by its parent"), "{said}");
}

#[test]
fn a_supervisor_with_an_address_is_listed_with_it() {
    let said = said(|| {
        simulate(TestConfig::single_seed(), |_| async {
            let supervisor = Supervisor::one_for_one().spawn();
            actor_core::spawn_task(async move {
                std::future::pending::<()>().await;
                supervisor.stop();
            })
            .detach();
        });
    });
    assert!(
        said.contains(
            "supervisor#1 is alive, kept by an address, a stream or `keep_alive`, and because \
             a supervisor lives until it is stopped"
        ),
        "{said}"
    );
}
