//! How often a guard is evaluated: once for a new message, and again only when the state may have changed.

use actor_core::prelude::*;
use futures_lite::future::poll_once;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
