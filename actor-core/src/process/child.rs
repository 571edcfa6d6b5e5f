//! Processes under a supervisor.

use super::Proc;
use super::inbox::Inbox;
use crate::actor::factory::SyncFactory;
use crate::supervision::Child;
use std::future::Future;

impl<M: Send + 'static> Child<Proc<M>> {
    /// Creates a child that is a process. `make` returns the function of each of its lives.
    ///
    /// Messages that were not received in one life are received in the next; the message being
    /// handled is lost. A function that returns is started again, unless the child is
    /// [`Transient`](crate::supervision::Restart::Transient) or [`Temporary`](crate::supervision::Restart::Temporary). Its
    /// return value is dropped.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Reply;
    /// # use actor_core::process::Inbox;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # System::current_thread().block_on(async {
    /// let supervisor = Supervisor::one_for_one().spawn();
    /// let divider = supervisor.start(Child::process("divider", || {
    ///     |mut inbox: Inbox<(u32, Reply<u32>)>| async move {
    ///         while let Some((by, reply)) = inbox.receive().await {
    ///             let _ = reply.send(12 / by);
    ///         }
    ///     }
    /// }));
    /// assert!(matches!(divider.ask(|reply| (0, reply)).await, Err(CallError::Panicked(_))));
    /// assert_eq!(divider.ask(|reply| (4, reply)).await, Ok(3)); // a new life, at the same address
    /// # supervisor.stop();
    /// # });
    /// ```
    pub fn process<F, U>(
        name: impl Into<String>,
        mut make: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        F: FnOnce(Inbox<M>) -> U + Send + 'static,
        U: Future + Send + 'static,
    {
        Child::of(name.into(), Box::new(SyncFactory(move || Proc::new(make(), drop))))
    }
}
