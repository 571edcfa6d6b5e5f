//! Errors whose text or drop panics: the life that returned them fails, and does not hang.

use crate::every_place::Ends;
use actor_core::prelude::*;
use actor_core::supervision::{Child, Restart, Supervisor};
use std::fmt;

/// Panics when it is printed, or else when it is dropped.
struct Broken {
    has_text: bool,
}

impl Broken {
    fn text(&self) -> fmt::Result {
        assert!(self.has_text, "planned");
        Ok(())
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text()
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text()
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        assert!(!self.has_text, "planned");
    }
}

#[actor]
struct Node {
    fails: bool,
}

#[actor]
impl Node {
    #[on_start]
    fn begin(&mut self) -> Result<(), Broken> {
        if self.fails { Err(Broken { has_text: false }) } else { Ok(()) }
    }

    fn ping(&self) {}

    fn fail(&self) -> Result<(), Broken> {
        Err(Broken { has_text: false })
    }
}

async fn expect_failed(node: &NodeAddr, handler: &str) {
    let Exit::Failed(failure) = node.join().await else { panic!("it did not fail") };
    let said = (failure.kind(), failure.handler(), failure.message());
    assert_eq!(said, (FailureKind::Panic, handler, "planned"));
    assert!(failure.location().is_some_and(|place| place.file() == file!()));
    assert_eq!(node.ping().await, Err(CallError::Stopped));
    // A fresh one is answered.
    assert_eq!(Node { fails: false }.spawn().ping().await, Ok(()));
}

fn failed_start(system: &System, has_text: bool) {
    system.block_on(async {
        let node = Node::try_spawn_with(move |_| async move { Err(Broken { has_text }) });
        expect_failed(&node, "spawn").await;
        assert!(matches!(node.started().await, Err(Exit::Failed(_))));
        // As a child: the supervisor hears of it.
        let supervisor = Supervisor::one_for_one().spawn();
        let make = move |_| async move { Err::<Node, _>(Broken { has_text }) };
        let child = Child::<Node>::with("child", make).restart(Restart::Temporary);
        expect_failed(&supervisor.start(child), "spawn").await;
        supervisor.stop();
        assert_eq!(supervisor.join().await, Exit::Stopped);
    });
}

pub fn a_panic_in_the_text_of_a_failed_start_is_the_failure(system: &System) {
    failed_start(system, false);
}

pub fn a_panic_in_the_drop_of_a_failed_start_is_the_failure(system: &System) {
    failed_start(system, true);
}

pub fn a_panic_in_the_text_of_an_error_of_on_start_is_the_failure(system: &System) {
    system.block_on(async {
        expect_failed(&Node { fails: true }.spawn(), "on_start").await;
    });
}

pub fn a_panic_in_the_display_of_an_unobserved_error_is_the_failure(system: &System) {
    system.block_on(async {
        let node = Node { fails: false }.spawn();
        node.fail().send().await.unwrap();
        expect_failed(&node, "fail").await;
    });
}

/// The library prints errors, and never asks for their sources.
pub fn source(system: &System) -> Ends {
    #[actor]
    struct Failing;

    #[actor]
    impl Failing {
        fn fail(&self) -> Result<(), Sourced> {
            Err(Sourced)
        }
    }

    system.block_on(async {
        let failing = Failing.spawn();
        failing.fail().send().await.unwrap();
        assert!(matches!(failing.fail().await, Ok(Err(Sourced))));
        assert_eq!(system.counters().unhandled_errors, 1);
        let unmade = Failing::try_spawn_with(|_| async { Err(Sourced) });
        let Exit::Failed(failure) = unmade.join().await else { panic!("it did not fail") };
        assert_eq!(failure.message(), "sourced");
    });
    Ends::Never
}

/// An error whose source panics.
#[derive(Debug)]
struct Sourced;

impl fmt::Display for Sourced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sourced")
    }
}

impl std::error::Error for Sourced {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        panic!("planned")
    }
}
