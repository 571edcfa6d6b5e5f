//! A gate: closed until it is opened, then open forever.

use async_channel::{Receiver, Sender};

/// Blocks all waiters until it is opened; clones are the same gate.
///
/// It works in both directions: a test holds a handler at it, and a handler reports its progress to
/// a test.
#[derive(Clone, Debug)]
pub struct Gate {
    // A channel without messages: the gate is open when the channel is closed.
    opener: Sender<()>,
    waiter: Receiver<()>,
}

impl Gate {
    /// Creates a closed gate.
    #[allow(clippy::new_without_default, reason = "a closed gate is no default value")]
    pub fn new() -> Self {
        let (opener, waiter) = async_channel::bounded(1);
        Gate { opener, waiter }
    }

    /// Opens the gate.
    pub fn open(&self) {
        self.opener.close();
    }

    /// Whether it has been opened.
    pub fn is_open(&self) -> bool {
        self.opener.is_closed()
    }

    /// Waits until it is open.
    pub async fn pass(&self) {
        let _closed = self.waiter.recv().await;
    }

    /// Blocks this thread until it is open.
    pub fn pass_blocking(&self) {
        futures_lite::future::block_on(self.pass());
    }
}
