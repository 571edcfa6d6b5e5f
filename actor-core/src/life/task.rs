//! Futures that belong to a life: they run beside the actor and end with it.

use super::timer::Handle;
use crate::cell::current;
use crate::cell::post::AnyMail;
use crate::cell::seat::{Key, Notice};
use crate::exit::Failure;
use crate::sync::{Arc, Weak};
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, ready};

/// A future that was spawned by [`Context::spawn`](crate::Context::spawn).
///
/// Dropping it cancels the future. It ends with the life that spawned it, whatever becomes of this
/// handle.
///
/// ```
/// # use actor_core::prelude::*;
/// #[actor]
/// struct Host;
///
/// #[actor]
/// impl Host {
///     fn begin(&self, context: &Context<Self>) {
///         context.spawn(async { /* runs beside the actor */ }).detach();
///         drop(context.spawn(std::future::pending())); // is cancelled at once
///     }
/// }
/// # System::current_thread().block_on(async { Host.spawn().begin().await.unwrap() });
/// ```
#[must_use = "dropping a task cancels it; keep it or call `.detach()`"]
pub struct Task(Handle);

impl Task {
    pub(crate) fn new(mail: Weak<dyn AnyMail>, key: Key) -> Self {
        Task(Handle { mail, key })
    }

    /// Cancels the future: it is dropped at its next await.
    pub fn cancel(self) {}

    /// Lets the future go on without this handle.
    pub fn detach(mut self) {
        self.0.detach();
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").finish_non_exhaustive()
    }
}

/// Counts a future of a life as there until it is dropped, finished or not.
pub(crate) struct Present {
    pub(crate) mail: Arc<dyn AnyMail>,
    pub(crate) key: Key,
    /// Whether it keeps the actor alive: streams and piped futures bring messages.
    pub(crate) keeps: bool,
}

impl Drop for Present {
    fn drop(&mut self) {
        self.mail.task_gone(self.key);
        if self.keeps {
            self.mail.release();
        }
    }
}

pin_project! {
    /// A future of a life: its panic is a failure of the life, the panic of its drop too.
    pub(crate) struct Contained<F> {
        #[pin]
        future: Option<F>,
        mail: Arc<dyn AnyMail>,
        what: &'static str,
    }

    impl<F> PinnedDrop for Contained<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let dropped = current::guarded(&**this.mail, this.what, || this.future.set(None));
            if let Err(failure) = dropped {
                this.mail.notify(Notice::Broken(failure));
            }
        }
    }
}

impl<F> Contained<F> {
    pub(crate) fn new(future: F, mail: Arc<dyn AnyMail>, what: &'static str) -> Self {
        Contained { future: Some(future), mail, what }
    }
}

impl<F: Future> Future for Contained<F> {
    type Output = Result<F::Output, Failure>;

    fn poll(self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        match current::guarded(&**this.mail, this.what, || future.poll(cx)) {
            Ok(poll) => Poll::Ready(Ok(ready!(poll))),
            Err(failure) => Poll::Ready(Err(failure)),
        }
    }
}

/// Runs `future` for its life: a panic is told to the loop.
pub(crate) async fn supervised(
    present: Present,
    future: impl Future<Output = ()>,
    what: &'static str,
) {
    let mail = present.mail.clone();
    if let Err(failure) = Contained::new(future, mail.clone(), what).await {
        mail.notify(Notice::Broken(failure));
    }
    drop(present);
}
