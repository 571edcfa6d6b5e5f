//! Waiting for the result of a process: [`ProcessResult`].

use crate::address::join::Join;
use crate::exit::Exit;
use crate::sync::{Arc, Mutex};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// The future of [`Process::result`](crate::process::Process::result).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::process::{Inbox, Process, spawn_process};
/// # System::current_thread().block_on(async {
/// let process = spawn_process(|_inbox: Inbox<u8>| async { "done" });
/// assert_eq!(process.result().await, Ok("done"));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct ProcessResult<R> {
    join: Join,
    result: Arc<Mutex<Option<R>>>,
}

impl<R> ProcessResult<R> {
    pub(super) fn new(join: Join, result: Arc<Mutex<Option<R>>>) -> Self {
        ProcessResult { join, result }
    }
}

impl<R> Future for ProcessResult<R> {
    type Output = Result<R, Exit>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let exit = ready!(Pin::new(&mut self.join).poll(cx));
        // A failure after the function has returned counts too.
        let result = if exit.is_normal() { self.result.lock().take() } else { None };
        Poll::Ready(result.ok_or(exit))
    }
}

impl<R> fmt::Debug for ProcessResult<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessResult").finish_non_exhaustive()
    }
}
