//! Actors that never start, because the spawning code panics: owners of the address observe the
//! end, and nothing is leaked.

use actor_core::prelude::*;
use futures_lite::future::{block_on, poll_once};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::guarded;

#[actor]
struct Unborn;

#[actor]
impl Unborn {
    fn ping(&self) {}
}

/// A call in the mailbox of an actor that has not started yet.
fn called(me: &UnbornAddr) -> actor_core::Call<'static, Unborn, ()> {
    let mut call = me.ping().into_owned();
    assert!(block_on(poll_once(&mut call)).is_none(), "nobody can have answered");
    call
}

/// Runs code that panics.
fn panics(run: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "the panic is the caller's");
}

pub fn a_call_to_an_actor_whose_factory_panics_returns_stopped(system: &System) {
    system.block_on(async {
        let mut call = None;
        panics(|| {
            Unborn::spawn_with(|me| {
                call = Some(called(me));
                panic!("planned")
            });
        });
        assert_eq!(call.expect("it was made").await, Err(CallError::Stopped));
    });
}

pub fn an_actor_whose_factory_panics_has_ended(system: &System) {
    system.block_on(async {
        let mut known = None;
        panics(|| {
            Unborn::try_spawn_with(|me| {
                known = Some((called(&me), me.join()));
                assert!(me.name().is_empty(), "planned");
                async { Ok::<_, Infallible>(Unborn) }
            });
        });
        let (call, join) = known.expect("they were made");
        assert_eq!(call.await, Err(CallError::Stopped));
        assert_eq!(join.await, Exit::Stopped);
    });
}

/// Stores when it is dropped whether the exit of its actor has been published.
#[actor]
struct Untaken {
    me: actor_core::WeakAddr<Untaken>,
    had_ended: Arc<Mutex<Option<bool>>>,
}

#[actor]
impl Untaken {}

impl Drop for Untaken {
    fn drop(&mut self) {
        *self.had_ended.lock().unwrap() = Some(!self.me.is_alive());
    }
}

pub fn a_state_that_is_never_taken_is_dropped_before_the_exit_is_published(system: &System) {
    system.block_on(async {
        let had_ended = Arc::default();
        let stored = Arc::clone(&had_ended);
        let untaken = Untaken::try_spawn_with(move |me: UntakenAddr| async move {
            me.kill();
            Ok::<_, Infallible>(Untaken { me: me.downgrade(), had_ended: stored })
        });
        assert_eq!(untaken.join().await, Exit::Killed);
        assert_eq!(*had_ended.lock().unwrap(), Some(false));
    });
}

#[actor(local)]
struct Local {
    _state: Rc<()>,
}

#[actor(local)]
impl Local {}

#[test]
fn a_local_actor_that_is_refused_leaves_nothing_behind() {
    guarded("a refused local actor", || {
        let system = System::builder().threads(1).build();
        panics(|| {
            Local { _state: Rc::default() }.spawn_on(&system);
        });
        // It would wait for the actors in the table.
        assert!(system.block_on(system.shutdown(Duration::from_hours(1))).is_clean());
    });
}

#[test]
fn a_call_to_an_actor_that_is_made_after_the_shutdown_returns_stopped() {
    guarded("made after the shutdown", || {
        let system = System::builder().threads(1).build();
        assert!(system.block_on(system.shutdown(Duration::from_hours(1))).is_clean());
        let mut call = None;
        let made = system.block_on(async {
            Unborn::spawn_with(|me| {
                call = Some(called(me));
                Unborn
            })
        });
        assert!(!made.is_alive());
        assert_eq!(block_on(call.expect("it was made")), Err(CallError::Stopped));
    });
}
