//! Panics of tasks and of blocking code: the handle delivers them, and without a handle they are incidents.

use actor_core::prelude::*;
use actor_core::{spawn_task, unblock};
use futures_lite::FutureExt;
use std::future::{Future, pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Poller, Poll, Wake, Waker};
use std::time::Duration;
use tests::{Gate, Stderr, alone};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "planned");
    }
}

async fn incidents_reach(system: &System, count: u64) {
    while system.counters().task_panics < count {
        actor_core::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(system.counters().task_panics, count);
}

/// The panic of awaiting `future`.
async fn panic_of<T>(future: impl Future<Output = T>) -> Option<String> {
    let payload = AssertUnwindSafe(future).catch_unwind().await.err()?;
    payload.downcast_ref::<&str>().map(|text| (*text).to_owned())
}

pub fn a_panic_of_a_detached_task_is_an_incident(system: &System) {
    system.block_on(async {
        spawn_task(async { panic!("planned") }).detach();
        incidents_reach(system, 1).await;
        unblock(|| panic!("planned")).detach();
        incidents_reach(system, 2).await;
        assert_eq!(spawn_task(async { 1 }).await + unblock(|| 1).await, 2);
    });
}

pub fn a_panic_of_an_awaited_task_is_delivered_and_no_incident(system: &System) {
    system.block_on(async {
        assert_eq!(panic_of(spawn_task(async { panic!("first") })).await.as_deref(), Some("first"));
        assert_eq!(panic_of(unblock(|| panic!("second"))).await.as_deref(), Some("second"));
        // It has panicked before it is awaited.
        let task = spawn_task(async { panic!("third") });
        while !task.is_finished() {
            actor_core::future::yield_now().await;
        }
        assert_eq!(panic_of(task).await.as_deref(), Some("third"));
        let task = spawn_task(async { panic!("fourth") });
        while !task.is_finished() {
            actor_core::future::yield_now().await;
        }
        assert_eq!(panic_of(task.cancel()).await.as_deref(), Some("fourth"));
        assert_eq!(system.counters().task_panics, 0);
    });
}

pub fn a_panic_that_a_dropped_handle_has_not_delivered_is_an_incident(system: &System) {
    system.block_on(async {
        for (count, is_detached) in [(1, false), (2, true)] {
            let task = spawn_task(async { panic!("planned") });
            while !task.is_finished() {
                actor_core::future::yield_now().await;
            }
            assert_eq!(system.counters().task_panics, count - 1, "it may still be awaited");
            if is_detached {
                task.detach();
            } else {
                drop(task);
            }
            incidents_reach(system, count).await;
        }
    });
}

pub fn a_panic_in_what_a_task_drops_is_an_incident(system: &System) {
    system.block_on(async {
        // The future of a cancelled task.
        let bomb = Bomb;
        let task = spawn_task(async move {
            let _bomb = bomb;
            pending::<()>().await;
        });
        assert_eq!(task.cancel().await, None);
        incidents_reach(system, 1).await;
        // The result of a detached one, and one that its handle leaves behind.
        spawn_task(async { Bomb }).detach();
        incidents_reach(system, 2).await;
        let task = spawn_task(async { Bomb });
        while !task.is_finished() {
            actor_core::future::yield_now().await;
        }
        drop(task);
        incidents_reach(system, 3).await;
        unblock(|| Bomb).detach();
        incidents_reach(system, 4).await;
        // The payload of a panic.
        spawn_task(async { std::panic::panic_any(Bomb) }).detach();
        incidents_reach(system, 5).await;
        assert_eq!(spawn_task(async { 1 }).await, 1);
    });
}

/// Panics when it is woken.
struct Broken;

impl Wake for Broken {
    fn wake(self: Arc<Self>) {
        panic!("planned");
    }
}

pub fn a_task_awaited_with_a_waker_that_panics_goes_on(system: &System) {
    system.block_on(async {
        let waker = Waker::from(Arc::new(Broken));
        let gate = Gate::new();
        let mut task = pin!(spawn_task({
            let gate = gate.clone();
            async move { gate.pass().await }
        }));
        let mut blocking = pin!(unblock(|| true));
        let broken = &mut Poller::from_waker(&waker);
        assert!(task.as_mut().poll(broken).is_pending());
        let polled = blocking.as_mut().poll(broken);
        gate.open();
        task.await;
        match polled {
            Poll::Pending => assert!(blocking.await),
            Poll::Ready(is_over) => assert!(is_over),
        }
        // One that is cancelled while such a waker waits for it.
        let never = spawn_task(pending::<()>());
        let mut cancelled = pin!(never.cancel());
        let poll =
            poll_fn(|_| Poll::Ready(cancelled.as_mut().poll(&mut Poller::from_waker(&waker))));
        if poll.await.is_pending() {
            assert_eq!(cancelled.await, None);
        }
    });
}

#[test]
fn a_panic_of_a_detached_task_aborts_if_incidents_do() {
    let name = "tasks::a_panic_of_a_detached_task_aborts_if_incidents_do";
    let output = alone(name, Stderr::Read, || {
        let system = System::builder().threads(1).abort_on_incident().build();
        system.block_on(async {
            spawn_task(async { panic!("planned") }).detach();
            pending::<()>().await;
        });
    });
    assert_eq!(output.status.code(), None, "it was ended by a signal");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("task failed: planned (tests/tests/panics/tasks.rs"), "{said}");
}

#[test]
fn blocking_code_started_outside_of_a_system_reports_to_the_global_one() {
    let name = "tasks::blocking_code_started_outside_of_a_system_reports_to_the_global_one";
    let output = alone(name, Stderr::Read, || {
        let global = System::current();
        unblock(|| panic!("planned")).detach();
        global.block_on(incidents_reach(&global, 1));
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
