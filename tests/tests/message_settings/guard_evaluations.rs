//! How often a guard is evaluated: once for a new message, and again only when the state may have changed.

use actor_core::prelude::*;
use futures_lite::future::{poll_once, yield_now};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tests::{Gate, Tally};

#[actor]
struct Door {
    is_open: bool,
    evaluations: Arc<AtomicUsize>,
}

#[actor]
impl Door {
    #[message(when = self.look())]
    fn enter(&mut self) {}

    fn set(&mut self, is_open: bool) {
        self.is_open = is_open;
    }

    /// The evaluations before this handler.
    fn evaluations(&self) -> usize {
        self.evaluations.load(Ordering::SeqCst)
    }
}

impl Door {
    fn look(&self) -> bool {
        self.evaluations.fetch_add(1, Ordering::SeqCst);
        self.is_open
    }
}

pub fn a_new_message_is_evaluated_once_before_the_next_handler(system: &System) {
    system.block_on(async {
        let door = Door { is_open: false, evaluations: Arc::default() }.spawn();
        let mut first = door.enter();
        assert!(poll_once(&mut first).await.is_none());
        door.set(true).await.unwrap();
        assert_eq!(first.await, Ok(()));
        door.set(false).await.unwrap();
        let before = door.evaluations().await.unwrap();
        let mut second = door.enter();
        assert!(poll_once(&mut second).await.is_none());
        assert_eq!(door.evaluations().await, Ok(before + 1));
        // The handler may have changed the state, so the guard is evaluated once more.
        assert_eq!(door.evaluations().await, Ok(before + 2));
    });
}

/// A door through which others may look while it is opened.
#[derive(Default)]
#[actor]
struct Window {
    is_open: AtomicBool,
    evaluations: AtomicUsize,
    entered: Tally,
}

#[actor]
impl Window {
    #[message(when = self.look())]
    fn enter(&mut self) {}

    #[message(concurrent)]
    async fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }

    /// Returns the number of evaluations while it yields so often.
    #[message(concurrent)]
    async fn evaluations_of(&self, yields: usize, gate: Gate) -> usize {
        self.entered.add();
        gate.pass().await;
        let before = self.evaluations.load(Ordering::SeqCst);
        for _ in 0..yields {
            yield_now().await;
        }
        self.evaluations.load(Ordering::SeqCst) - before
    }
}

impl Window {
    fn look(&self) -> bool {
        self.evaluations.fetch_add(1, Ordering::SeqCst);
        self.is_open.load(Ordering::SeqCst)
    }
}

pub fn a_message_that_waits_for_handlers_is_not_evaluated_at_each_of_their_awaits(system: &System) {
    system.block_on(async {
        let (entered, gate) = (Tally::default(), Gate::new());
        let window = Window { entered: entered.clone(), ..Window::default() }.spawn();
        let mut enter = window.enter();
        assert!(poll_once(&mut enter).await.is_none());
        let looks = actor_core::spawn_task(window.evaluations_of(100, gate.clone()).into_owned());
        entered.reaches(1).await;
        window.open().await.unwrap();
        gate.open();
        let evaluations = looks.await.unwrap();
        assert!(evaluations <= 1, "{evaluations} evaluations");
        assert_eq!(enter.await, Ok(()));
    });
}
