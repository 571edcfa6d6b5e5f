//! Code inside of `unblock` is in the system of its caller, as a task is.

use actor_core::prelude::*;
use actor_core::{Task, spawn_task, unblock};
use futures_lite::future::block_on;
use std::sync::mpsc;
use tests::{Tally, guarded};
use tokio::runtime::{Builder, Handle};

#[actor]
struct Host;

#[actor]
impl Host {
    /// Returns the system of blocking code, and an actor that it spawns.
    async fn look(&self) -> (System, HostAddr) {
        unblock(|| (System::current(), Host.spawn())).await
    }

    fn system(&self) -> System {
        System::current()
    }
}

pub fn blocking_code_is_in_the_system_of_its_caller(system: &System) {
    system.block_on(async {
        let host = Host.spawn();
        assert_eq!(unblock(System::current).await, *system);
        assert_eq!(unblock(|| spawn_task(async { System::current() })).await.await, *system);
        let nested: Task<Task<System>> = unblock(|| unblock(System::current));
        assert_eq!(nested.await.await, *system);
        let host = unblock(move || Some(Host.spawn()).filter(|_| host.is_alive())).await.unwrap();
        assert_eq!(host.system().await.as_ref(), Ok(system));
    });
}

pub fn blocking_code_of_a_handler_is_in_the_system_of_its_actor(system: &System) {
    system.block_on(async {
        let (current, spawned) = Host.spawn().look().await.unwrap();
        assert_eq!((&current, spawned.system().await.as_ref()), (system, Ok(system)));
    });
}

/// A value that tells which system is the current one when it is dropped.
struct Last(mpsc::Sender<System>);

impl Drop for Last {
    fn drop(&mut self) {
        let _ = self.0.send(System::current());
    }
}

pub fn what_blocking_code_drops_is_dropped_in_its_system(system: &System) {
    let (sender, dropped_in) = mpsc::channel();
    let last = Last(sender);
    system.block_on(async { unblock(move || drop(last)).await });
    assert_eq!(dropped_in.recv().unwrap(), *system);
}

#[test]
fn blocking_code_inside_a_tokio_runtime_is_inside_it() {
    guarded("inside the runtime", || {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            // Before there is a system of the runtime.
            let handle = unblock(|| Handle::current().id()).await;
            assert_eq!(handle, Handle::current().id());
            let of_actor = unblock(|| Host.spawn().system().wait()).await.unwrap();
            assert_eq!(
                (unblock(System::current).await, of_actor),
                (System::current(), System::current())
            );
        });
        let system = System::tokio(runtime.handle().clone());
        let handle = runtime.handle().id();
        let task = system.spawn_task(async { unblock(|| Handle::current().id()).await });
        assert_eq!(block_on(task), handle);
    });
}

#[test]
fn blocking_code_keeps_no_system_alive() {
    guarded("the end of a system", || {
        for system in [System::builder().threads(1).build(), System::current_thread()] {
            let ends = Tally::default();
            let (begin, begun) = mpsc::channel();
            let (go_on, waits) = mpsc::channel::<()>();
            let mark = ends.mark();
            system
                .spawn_task(async move {
                    std::future::pending::<()>().await;
                    drop(mark);
                })
                .detach();
            let blocking = move || {
                begin.send(()).unwrap();
                waits.recv().unwrap();
                // Its system has ended.
                Host.spawn().is_alive()
            };
            let [task] = system.block_on(async { [unblock(blocking)] });
            begun.recv().unwrap();
            drop(system);
            block_on(ends.reaches(1));
            go_on.send(()).unwrap();
            assert!(!block_on(task));
        }
    });
}
