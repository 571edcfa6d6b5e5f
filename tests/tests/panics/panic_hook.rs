//! The panic hook belongs to the program: what it does with it costs no text and no location of failures.

use actor_core::Failure;
use actor_core::prelude::*;
use std::panic::{set_hook, take_hook};
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::{Stderr, alone};

#[actor]
struct Node;

#[actor]
impl Node {
    fn fail(&self, number: u32) {
        panic!("number {number} is bad")
    }

    fn give_up(&self) {
        std::panic::resume_unwind(Box::new("given up"));
    }
}

/// The failure of a node, as its caller and a joiner observe it.
fn failures(system: &System, number: u32) -> [Failure; 2] {
    system.block_on(async {
        let node = Node.spawn();
        let error = node.fail(number).await;
        let (Err(CallError::Panicked(told)), Exit::Failed(joined)) = (error, node.join().await)
        else {
            panic!("it did not fail");
        };
        [told, joined]
    })
}

/// Fails unless both get the text and the location.
fn expect_all(system: &System, number: u32) {
    for failure in failures(system, number) {
        assert_eq!(failure.message(), format!("number {number} is bad"));
        assert!(failure.location().is_some_and(|place| place.file() == file!()));
    }
}

fn passes(name: &str, body: impl FnOnce()) {
    let output = alone(name, Stderr::Read, body);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = said + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_panic_hook_set_later_loses_no_message_or_location() {
    passes("panic_hook::a_panic_hook_set_later_loses_no_message_or_location", || {
        static HEARD: AtomicUsize = AtomicUsize::new(0);
        let heard = || HEARD.swap(0, Ordering::SeqCst);
        let system = System::builder().threads(2).build();
        expect_all(&system, 1);
        set_hook(Box::new(|_| {
            HEARD.fetch_add(1, Ordering::SeqCst);
        }));
        expect_all(&system, 2);
        assert_eq!(heard(), 1, "the program's hook is called");
        let old = take_hook();
        set_hook(Box::new(move |info| {
            HEARD.fetch_add(10, Ordering::SeqCst);
            old(info);
        }));
        expect_all(&system, 3);
        assert_eq!(heard(), 11, "each hook of a chain is called once");
        drop(take_hook());
        expect_all(&system, 4);
        assert_eq!(heard(), 0, "the default hook is back");
        for number in 5..100 {
            set_hook(Box::new(|_| {
                HEARD.fetch_add(1, Ordering::SeqCst);
            }));
            expect_all(&system, number);
            assert_eq!(heard(), 1, "hooks do not pile up");
        }
    });
}

#[test]
fn a_hook_dropped_in_a_panic_is_back_for_the_next() {
    passes("panic_hook::a_hook_dropped_in_a_panic_is_back_for_the_next", || {
        let system = System::builder().threads(1).build();
        let broken = std::panic::catch_unwind(|| {
            let _ours = take_hook();
            panic!("in the middle of it");
        });
        assert!(broken.is_err());
        let [_, joined] = failures(&system, 1);
        assert_eq!(joined.message(), "number 1 is bad");
        expect_all(&system, 2);
    });
}

#[test]
fn a_panic_that_no_hook_observes_has_its_text_and_no_location() {
    passes("panic_hook::a_panic_that_no_hook_observes_has_its_text_and_no_location", || {
        let system = System::builder().threads(1).build();
        expect_all(&system, 1);
        // Kept by the program, to be put back.
        let ours = take_hook();
        set_hook(Box::new(|_| {}));
        for failure in failures(&system, 2) {
            assert_eq!((failure.message(), failure.location()), ("number 2 is bad", None));
        }
        set_hook(ours);
        expect_all(&system, 3);
        system.block_on(async {
            let node = Node.spawn();
            assert!(node.give_up().await.is_err());
            let Exit::Failed(failure) = node.join().await else { panic!("it did not fail") };
            assert_eq!((failure.message(), failure.location()), ("given up", None));
        });
        expect_all(&system, 4);
    });
}

/// This is a rule of Rust, which no hook can change.
#[test]
fn a_hook_that_panics_aborts_the_process() {
    let name = "panic_hook::a_hook_that_panics_aborts_the_process";
    let output = alone(name, Stderr::Read, || {
        let system = System::builder().threads(1).build();
        set_hook(Box::new(|_| panic!("in the hook")));
        let _ = failures(&system, 1);
    });
    assert_eq!(output.status.code(), None, "it was ended by a signal");
}
