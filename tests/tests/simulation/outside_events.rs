//! Events from outside the simulation fail the run, with their source and an alternative.

use crate::said;
use actor_core::prelude::*;
use std::thread;
use std::time::Duration;

#[actor]
struct Idle;

#[actor]
impl Idle {
    fn ping(&self) {}

    async fn foreign_timer(&self) {
        // Longer than the time that a busy machine takes to poll it.
        smol::Timer::after(Duration::from_secs(10)).await;
    }
}

/// Runs `body` on a thread called `stranger` and waits for that.
fn elsewhere<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::Builder::new().name("stranger".into()).spawn(body).unwrap();
    thread.join().unwrap()
}

#[test]
fn a_send_from_another_thread_fails_the_run() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let idle = Idle.spawn();
            let far = idle.clone();
            elsewhere(move || far.ping().try_send().is_ok());
            let _ = idle.ping().await;
        });
    });
    assert!(said.contains("thread `stranger` reached idle#1"), "{said}");
    assert!(said.contains("actor_core::unblock"), "{said}");
}

#[test]
fn a_spawn_from_another_thread_fails_the_run() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let system = System::current();
            elsewhere(move || drop(Idle.spawn_on(&system)));
            actor_core::time::sleep(Duration::from_secs(1)).await;
        });
    });
    assert!(said.contains("thread `stranger` reached"), "{said}");
}

#[test]
fn a_wake_from_another_thread_fails_the_run() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let (reply, answer) = Reply::<u8>::pair();
            let wait = actor_core::spawn_task(answer);
            actor_core::time::sleep(Duration::from_secs(1)).await;
            elsewhere(move || reply.send(1).is_ok());
            let _ = wait.await;
        });
    });
    assert!(said.contains("thread `stranger` reached task 1"), "{said}");
}

#[test]
fn a_wait_for_a_foreign_timer_is_named_with_its_actor_and_handler() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let _ = Idle.spawn().foreign_timer().await;
        });
    });
    let is_wait = said.contains("idle#1 waits in `foreign_timer` for something");
    assert!(is_wait || said.contains("reached idle#1"), "{said}");
}

#[test]
fn a_body_that_nothing_wakes_fails_immediately_and_names_its_callee() {
    let said = said(|| {
        System::simulation(1).block_on(async {
            let idle = Idle.spawn();
            idle.join().await;
        });
    });
    assert!(said.contains("the body waits for the end of idle#1"), "{said}");
}
