//! A gate: closed until it is opened, then open for ever.

use async_channel::{Receiver, Sender};

/// Lets nobody pass until it is opened; clones are the same gate.
///
/// It serves both ways: a test holds a handler at it, and a handler tells a test by it that it has
/// come so far.
#[derive(Clone, Debug)]
pub struct Gate {
    // A channel that never carries anything: it is open when the channel is closed.
    opener: Sender<()>,
    waiter: Receiver<()>,
}

impl Gate {
    /// Makes a closed gate.
    #[allow(clippy::new_without_default, reason = "a closed gate is no default value")]
    pub fn new() -> Self {
        let (opener, waiter) = async_channel::bounded(1);
        Gate { opener, waiter }
    }

    /// Lets all pass from now on.
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
        let _closed = self.waiter.recv_blocking();
    }
}
